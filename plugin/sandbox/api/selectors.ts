import { type LabelMatcher, parseSelector } from '../../../shared/kube/selector-text.ts';
import { type LabelSelector, matchesLabels } from '../../../shared/kube/selectors.ts';
import { fieldsAt, isFields, type KubeObject } from '../store/object.ts';
import { badRequest } from './errors.ts';

/** Whether labels match a selector; an empty selector matches everything, a missing one nothing. */
export function selects(
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>> = {},
): boolean {
  return selector !== undefined && matchesLabels(selector, labels);
}

/**
 * Parses the `labelSelector` parameter: `a=b,c!=d,e in (f,g),h,!i`.
 *
 * @returns undefined for an empty one, which selects everything
 * @throws StatusError BadRequest
 */
export function parseLabelSelector(text: string): LabelMatcher | undefined {
  if (text === '') return undefined;
  const matcher = parseSelector(text);
  if (typeof matcher === 'string') throw badRequest(`unable to parse requirement: ${matcher}`);
  return matcher;
}

export interface FieldRequirement {
  path: string;
  equal: boolean;
  value: string;
}

/** Fields that the real server supports in addition to metadata.name and metadata.namespace, per storage key. */
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
 * @param storage storage key of the resource, which determines the supported fields
 * @throws StatusError BadRequest for a field that the real server does not support
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

/** Label and field requirements of a list or watch; all must match. */
export interface Filter {
  labels: LabelMatcher | undefined;
  fields: readonly FieldRequirement[];
}

export function matches(filter: Filter, object: KubeObject): boolean {
  if (filter.labels?.(object.metadata.labels ?? {}) === false) return false;
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
