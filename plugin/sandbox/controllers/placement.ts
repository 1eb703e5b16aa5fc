import { type LabelRequirement, satisfies } from '../api/selectors.ts';
import { type Fields, fieldsAt, isFields } from '../store/object.ts';
import type { Node, Pod } from './types.ts';

/** Whether a node satisfies the pod's nodeSelector and required node affinity. */
export function fits(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  const wanted = Object.entries(pod.spec.nodeSelector ?? {});
  if (!wanted.every(([label, value]) => labels[label] === value)) return false;
  const terms = fieldsAt(
    pod.spec,
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
  ).nodeSelectorTerms;
  if (!Array.isArray(terms)) return true;
  return terms.filter(isFields).some((term) => matchesTerm(term, labels, node.metadata.name));
}

function matchesTerm(term: Fields, labels: Record<string, string>, name: string): boolean {
  const expressions = requirements(term.matchExpressions).every((requirement) =>
    satisfies(labels, requirement),
  );
  const fields = requirements(term.matchFields).every((requirement) =>
    satisfies({ 'metadata.name': name }, requirement),
  );
  return expressions && fields;
}

function requirements(value: unknown): LabelRequirement[] {
  return Array.isArray(value) ? value : [];
}

/** Whether the pod tolerates all taints of a node that keep pods away. */
export function isTolerated(pod: Pod, node: Node): boolean {
  const taints = (node.spec?.taints ?? []).filter((taint) => taint.effect !== 'PreferNoSchedule');
  return taints.every((taint) =>
    (pod.spec.tolerations ?? []).some(
      (toleration) =>
        (toleration.key === undefined || toleration.key === taint.key) &&
        (!toleration.effect || toleration.effect === taint.effect) &&
        (toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '')),
    ),
  );
}
