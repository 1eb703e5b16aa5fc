import { fieldsAt, isFields, type KubeObject } from '../store/object.ts';
import { badRequest } from './errors.ts';

export interface LabelRequirement {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  values?: readonly string[];
}

/** metav1.LabelSelector. */
export interface LabelSelector {
  matchLabels?: Readonly<Record<string, string>>;
  matchExpressions?: readonly LabelRequirement[];
}

type Labels = Readonly<Record<string, string>>;

/** Whether labels satisfy one requirement; `NotIn` also matches a missing label, as in Kubernetes. */
export function satisfies(labels: Labels, { key, operator, values = [] }: LabelRequirement): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
  }
}

/** Whether labels match a selector; an empty selector matches everything, a missing one nothing. */
export function selects(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (!selector) return false;
  const have = labels ?? {};
  for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
    if (have[key] !== value) return false;
  return (selector.matchExpressions ?? []).every((requirement) => satisfies(have, requirement));
}

const SET_BASED = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/;
const EQUALITY = /^([^\s=!]+)\s*(==|=|!=)\s*(\S*)$/;
const KEY = /^(!?)\s*([A-Za-z0-9][\w./-]*)$/;

/**
 * Parses the `labelSelector` parameter: `a=b,c!=d,e in (f,g),h,!i`.
 *
 * @throws StatusError BadRequest
 */
export function parseLabelSelector(text: string): LabelRequirement[] {
  return splitOutsideParentheses(text).map((part) => {
    const set = SET_BASED.exec(part);
    if (set) {
      const values = (set[3] ?? '').split(',').map((value) => value.trim());
      return { key: set[1] ?? '', operator: set[2] === 'in' ? 'In' : 'NotIn', values };
    }
    const equality = EQUALITY.exec(part);
    if (equality)
      return {
        key: equality[1] ?? '',
        operator: equality[2] === '!=' ? 'NotIn' : 'In',
        values: [equality[3] ?? ''],
      };
    const key = KEY.exec(part);
    if (key) return { key: key[2] ?? '', operator: key[1] ? 'DoesNotExist' : 'Exists' };
    throw badRequest(`unable to parse requirement: found '${part}', expected: a label selector`);
  });
}

function splitOutsideParentheses(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export interface FieldRequirement {
  path: string;
  equal: boolean;
  value: string;
}

/** Fields that the real server allows beside metadata.name and metadata.namespace, per storage key. */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
  ],
  '/nodes': ['spec.unschedulable'],
  '/namespaces': ['status.phase'],
  '/secrets': ['type'],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'apps/replicasets': ['status.replicas'],
};

/**
 * Parses the `fieldSelector` parameter: `status.phase=Running,spec.nodeName!=x`.
 *
 * @param storage storage key of the resource, which decides the fields that exist
 * @throws StatusError BadRequest for a field that the real server does not select by
 */
export function parseFieldSelector(text: string, storage: string): FieldRequirement[] {
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const match = /^\s*([^=!]+?)\s*(==|=|!=)\s*(.*?)\s*$/.exec(part);
      if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
      const path = match[1] ?? '';
      const known =
        path === 'metadata.name' || path === 'metadata.namespace' || SELECTABLE[storage]?.includes(path);
      if (!known) throw badRequest(`field label not supported: ${path}`);
      return { path, equal: match[2] !== '!=', value: match[3] ?? '' };
    });
}

/** Label and field requirements of a list or watch, all of which must hold. */
export interface Filter {
  labels: readonly LabelRequirement[];
  fields: readonly FieldRequirement[];
}

export function matches(filter: Filter, object: KubeObject): boolean {
  const labels = object.metadata.labels ?? {};
  if (!filter.labels.every((requirement) => satisfies(labels, requirement))) return false;
  return filter.fields.every(({ path, equal, value }) => (fieldText(object, path) === value) === equal);
}

function fieldText(object: KubeObject, path: string): string {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const value = fieldsAt(object, ...steps)[last];
  if (path === 'source') return isFields(value) ? String(value.component ?? '') : '';
  if (path === 'spec.unschedulable') return String(value ?? false);
  return value === undefined || value === null ? '' : String(value);
}
