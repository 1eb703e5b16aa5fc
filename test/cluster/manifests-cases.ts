/** A spec, and by which message it is refused; undefined for one that is accepted. */
export interface SpecCase {
  what: string;
  spec: object;
  refused?: RegExp;
}

const selector = { matchLabels: { app: 'ingester' } };

export function budget(spec: object): object {
  return object('ZoneDisruptionBudget', spec);
}

export function update(spec: object): object {
  return object('ZoneAwareUpdate', spec);
}

function object(kind: string, spec: object): object {
  return { apiVersion: 'zonecontrol.k8s.aws/v1', kind, metadata: { name: 'checked' }, spec };
}

const PERCENTAGE = /maxUnavailable.*whole number of pods or a percentage from 0% to 100%/;
const FACTOR = /exponentialFactor.*must be "0", or a number of at least 1/;

export const BUDGET_CASES: readonly SpecCase[] = [
  { what: 'a number of pods', spec: { selector, maxUnavailable: 0 } },
  { what: 'a percentage', spec: { selector, maxUnavailable: '100%' } },
  { what: 'a number of pods in a string', spec: { selector, maxUnavailable: '4' } },
  { what: 'a missing maxUnavailable', spec: { selector }, refused: /maxUnavailable.*Required/ },
  { what: 'a negative number', spec: { selector, maxUnavailable: -1 }, refused: PERCENTAGE },
  { what: 'more than all', spec: { selector, maxUnavailable: '101%' }, refused: PERCENTAGE },
  { what: 'a word', spec: { selector, maxUnavailable: 'some' }, refused: PERCENTAGE },
  { what: 'no selector', spec: { maxUnavailable: 1 }, refused: /selector.*Required/ },
  { what: 'an empty selector', spec: { selector: {}, maxUnavailable: 1 }, refused: /must not be empty/ },
  {
    what: 'a selector without a label',
    spec: { selector: { matchLabels: {}, matchExpressions: [] }, maxUnavailable: 1 },
    refused: /must not be empty/,
  },
  { what: 'expressions', spec: expression({ key: 'app', operator: 'In', values: ['a', 'b'] }) },
  { what: 'an expression without values', spec: expression({ key: 'app', operator: 'Exists' }) },
  {
    what: 'In without values',
    spec: expression({ key: 'app', operator: 'In' }),
    refused: /In and NotIn need values/,
  },
  {
    what: 'Exists with values',
    spec: expression({ key: 'app', operator: 'Exists', values: ['a'] }),
    refused: /Exists and DoesNotExist must have none/,
  },
  {
    what: 'an unknown operator',
    spec: expression({ key: 'app', operator: 'Like', values: ['a'] }),
    refused: /Unsupported value: "Like"/,
  },
  {
    what: 'a policy for unhealthy pods',
    spec: { selector, maxUnavailable: 1, unhealthyPodEvictionPolicy: 'IfHealthyBudget' },
  },
  {
    what: 'an unknown policy',
    spec: { selector, maxUnavailable: 1, unhealthyPodEvictionPolicy: 'Never' },
    refused: /Unsupported value: "Never"/,
  },
  {
    what: 'the zone label as topology key',
    spec: { selector, maxUnavailable: 1, topologyKey: 'topology.kubernetes.io/zone' },
  },
  {
    what: 'another topology key',
    spec: { selector, maxUnavailable: 1, topologyKey: 'kubernetes.io/hostname' },
    refused: /topologyKey.*no other key is supported/,
  },
];

export const UPDATE_CASES: readonly SpecCase[] = [
  { what: 'the least there is', spec: { statefulset: 'ingester' } },
  { what: 'no StatefulSet', spec: { maxUnavailable: 1 }, refused: /statefulset.*Required/ },
  { what: 'a factor of 0', spec: { statefulset: 'ingester', exponentialFactor: '0' } },
  { what: 'a factor with a fraction', spec: { statefulset: 'ingester', exponentialFactor: '1.5' } },
  {
    what: 'a factor between 0 and 1',
    spec: { statefulset: 'ingester', exponentialFactor: '0.5' },
    refused: FACTOR,
  },
  {
    what: 'a negative factor',
    spec: { statefulset: 'ingester', exponentialFactor: '-2' },
    refused: FACTOR,
  },
  {
    what: 'a word as factor',
    spec: { statefulset: 'ingester', exponentialFactor: 'twice' },
    refused: FACTOR,
  },
  {
    what: 'half a pod',
    spec: { statefulset: 'ingester', maxUnavailable: '0.5' },
    refused: PERCENTAGE,
  },
];

function expression(requirement: object): object {
  return { selector: { matchExpressions: [requirement] }, maxUnavailable: 1 };
}
