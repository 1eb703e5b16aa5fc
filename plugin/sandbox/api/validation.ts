import { isDeepStrictEqual } from 'node:util';
import type { LabelSelector } from '../../../shared/kube/selectors.ts';
import { type Fields, fieldsAt, type KubeObject } from '../store/object.ts';
import { type FieldProblem, invalid } from './errors.ts';
import { DEPLOYMENTS, PODS, REPLICASETS, type Resource, STATEFULSETS } from './resources.ts';
import { selects } from './selectors.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_HELP =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const WORKLOADS: ReadonlySet<string> = new Set([STATEFULSETS, DEPLOYMENTS, REPLICASETS]);

/** Mutable fields of a StatefulSet's spec (apps/validation, ValidateStatefulSetUpdate). */
const STATEFULSET_CHANGEABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

/**
 * Validates a new object, to the extent that kubectl users encounter.
 *
 * @throws StatusError Invalid
 */
export function checkNew(resource: Resource, object: KubeObject): void {
  const problems = [...nameProblems(resource, object), ...workloadProblems(resource, object)];
  if (resource.storage === PODS) problems.push(...podProblems(fieldsAt(object, 'spec'), 'spec'));
  refuse(resource, object, problems);
}

/**
 * Validates an update, mainly of immutable fields.
 *
 * @throws StatusError Invalid
 */
export function checkChange(resource: Resource, before: KubeObject, after: KubeObject): void {
  const problems = workloadProblems(resource, after);
  if (resource.storage === STATEFULSETS) problems.push(...statefulSetChanges(before, after));
  else if (WORKLOADS.has(resource.storage)) problems.push(...selectorChange(before, after));
  if (resource.storage === PODS) problems.push(...podChanges(before, after));
  refuse(resource, after, problems);
}

function refuse(resource: Resource, object: KubeObject, problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw invalid(resource.kind, resource.group, object.metadata.name, problems);
}

function nameProblems(resource: Resource, object: KubeObject): FieldProblem[] {
  const { name, generateName } = object.metadata;
  if (!name && !generateName)
    return [
      {
        field: 'metadata.name',
        message: 'Required value: name or generateName is required',
        reason: 'FieldValueRequired',
      },
    ];
  // RBAC names may contain colons, and events are named by their clients.
  if (resource.group === 'rbac.authorization.k8s.io' || !name) return [];
  if (name.length <= 253 && SUBDOMAIN.test(name)) return [];
  return [{ field: 'metadata.name', message: `Invalid value: "${name}": ${SUBDOMAIN_HELP}` }];
}

function workloadProblems(resource: Resource, object: KubeObject): FieldProblem[] {
  if (!WORKLOADS.has(resource.storage)) return [];
  const spec = fieldsAt(object, 'spec');
  const problems: FieldProblem[] = [];
  const selector = spec.selector as LabelSelector | undefined;
  const labels = fieldsAt(spec, 'template', 'metadata', 'labels') as Record<string, string>;
  if (!selector)
    problems.push({ field: 'spec.selector', message: 'Required value', reason: 'FieldValueRequired' });
  else if (!selects(selector, labels))
    problems.push({
      field: 'spec.template.metadata.labels',
      message: `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``,
    });
  if (typeof spec.replicas === 'number' && spec.replicas < 0)
    problems.push({
      field: 'spec.replicas',
      message: `Invalid value: ${spec.replicas}: must be greater than or equal to 0`,
    });
  return [...problems, ...podProblems(fieldsAt(spec, 'template', 'spec'), 'spec.template.spec')];
}

function podProblems(spec: Fields, path: string): FieldProblem[] {
  const containers = Array.isArray(spec.containers) ? spec.containers : [];
  if (containers.length === 0)
    return [{ field: `${path}.containers`, message: 'Required value', reason: 'FieldValueRequired' }];
  return containers.flatMap((container, index) =>
    container.name
      ? []
      : [
          {
            field: `${path}.containers[${index}].name`,
            message: 'Required value',
            reason: 'FieldValueRequired' as const,
          },
        ],
  );
}

function statefulSetChanges(before: KubeObject, after: KubeObject): FieldProblem[] {
  if (isDeepStrictEqual(fixedPart(before), fixedPart(after))) return [];
  return [
    {
      field: 'spec',
      message:
        "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      reason: 'FieldValueForbidden',
    },
  ];
}

function fixedPart(statefulSet: KubeObject): Fields {
  const entries = Object.entries(fieldsAt(statefulSet, 'spec'));
  return Object.fromEntries(entries.filter(([field]) => !STATEFULSET_CHANGEABLE.includes(field)));
}

function selectorChange(before: KubeObject, after: KubeObject): FieldProblem[] {
  const selector = fieldsAt(after, 'spec').selector;
  if (isDeepStrictEqual(fieldsAt(before, 'spec').selector, selector)) return [];
  return [
    { field: 'spec.selector', message: `Invalid value: ${JSON.stringify(selector)}: field is immutable` },
  ];
}

/** A pod's spec is immutable except for images, tolerations and the deadline (core/validation, ValidatePodUpdate). */
function podChanges(before: KubeObject, after: KubeObject): FieldProblem[] {
  if (isDeepStrictEqual(fixedPod(before), fixedPod(after))) return [];
  return [
    {
      field: 'spec',
      message:
        'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      reason: 'FieldValueForbidden',
    },
  ];
}

function fixedPod(pod: KubeObject): Fields {
  const { tolerations: _, activeDeadlineSeconds: __, ...spec } = fieldsAt(pod, 'spec');
  const withoutImages = (value: unknown) =>
    Array.isArray(value) ? value.map(({ image: _image, ...container }) => container) : value;
  return {
    ...spec,
    containers: withoutImages(spec.containers),
    initContainers: withoutImages(spec.initContainers),
  };
}
