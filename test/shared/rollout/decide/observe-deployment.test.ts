import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPod } from '../../../../shared/kube/objects.ts';
import {
  readReplicaSet,
  readRolledDeployment,
  revisionOfTemplate,
} from '../../../../shared/rollout/decide/deployment-objects.ts';
import { observeDeployment } from '../../../../shared/rollout/decide/observe-deployment.ts';
import { deploymentObject, setObject } from './deployment-world.ts';

const READY = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }];

function pod(name: string, set: string, status: object = { phase: 'Running', conditions: READY }) {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: set, uid: `set-${set}`, controller: true };
  const labels = { 'topology.kubernetes.io/zone': 'zone-a' };
  const metadata = { name, uid: name, namespace: 'prod', labels, ownerReferences: [owner] };
  return readPod({ metadata, spec: { nodeName: 'node-1' }, status });
}

function observed(pods: readonly ReturnType<typeof pod>[], replicas = pods.length) {
  return observeDeployment(
    {
      deployment: readRolledDeployment(deploymentObject(replicas)),
      replicaSets: ['v1', 'v2'].map((image) => readReplicaSet(setObject(image))),
      pods,
      nodes: undefined,
    },
    { inFlight: [], lastZones: {} },
    0,
    Date.parse('2026-01-02T00:00:00Z'),
  );
}

describe('observing a Deployment', () => {
  it('tells old pods by the template of their ReplicaSet, apart from its hash', () => {
    const { pods, updateRevision } = observed([pod('a', 'v1'), pod('b', 'v2')]);
    assert.deepEqual(
      pods.map(({ name, stale, zone }) => [name, stale, zone]),
      [
        ['a', true, 'zone-a'],
        ['b', false, 'zone-a'],
      ],
    );
    assert.match(updateRevision, /^web-[0-9a-f]{8}$/);
  });

  it('takes pods of other owners for none of its own', () => {
    assert.deepEqual(observed([pod('a', 'v1'), pod('b', 'other')], 1).missing, []);
    assert.equal(observed([pod('a', 'v1'), pod('b', 'other')], 1).pods.length, 1);
  });

  it('does not count pods that have ended, whose ReplicaSet has made others', () => {
    const evicted = pod('a', 'v1', { phase: 'Failed', reason: 'Evicted' });
    const { pods, missing } = observed([evicted, pod('b', 'v1')], 1);
    assert.deepEqual([pods.map(({ name }) => name), missing], [['b'], []]);
  });

  it('counts a pod that still terminates although the controller has removed its ReplicaSet', () => {
    const leaving = ({ metadata, ...rest }: ReturnType<typeof pod>) => ({
      ...rest,
      metadata: { ...metadata, deletionTimestampMs: 1 },
    });
    const { pods } = observed(
      [leaving(pod('a', 'web-v0')), pod('b', 'v2'), leaving(pod('c', 'web-x-v0'))],
      2,
    );
    assert.deepEqual(
      pods.map(({ name, stale, terminating }) => [name, stale, terminating]),
      [
        ['b', false, false],
        ['a', true, true],
      ],
    );
  });

  it('has the oldest pod last, as the order within a zone goes', () => {
    const made = (name: string, creationTimestamp: string) => {
      const { metadata, ...rest } = pod(name, 'v1');
      return { ...rest, metadata: { ...metadata, creationTimestampMs: Date.parse(creationTimestamp) } };
    };
    const { pods } = observed([made('b', '2026-01-01T00:00:09Z'), made('a', '2026-01-01T00:00:01Z')]);
    assert.deepEqual(
      pods.map(({ name, ordinal }) => `${name} ${ordinal}`),
      ['a 0', 'b 1'],
    );
  });
});

describe('the revision of a template', () => {
  const template = (labels: object, rest: object = {}) => ({
    metadata: { labels, ...rest },
    spec: { a: 1, b: [2] },
  });

  it('is the same for templates that only differ in hash, order of fields and nulls', () => {
    const plain = revisionOfTemplate('web', template({ app: 'web' }));
    const hashed = template({ 'pod-template-hash': 'abc', app: 'web' }, { creationTimestamp: null });
    assert.equal(revisionOfTemplate('web', hashed), plain);
    const { metadata, spec } = template({ app: 'web' });
    assert.equal(revisionOfTemplate('web', { spec: { b: spec.b, a: spec.a }, metadata }), plain);
  });

  it('is another for every other difference', () => {
    const names = [
      template({ app: 'web' }),
      template({ app: 'api' }),
      template({ app: 'web' }, { annotations: {} }),
      { ...template({ app: 'web' }), spec: { a: 1, b: [2, 2] } },
    ].map((each) => revisionOfTemplate('web', each));
    assert.equal(new Set(names).size, names.length);
  });
});
