import { type LabelRequirement, matchesLabels } from '../../../shared/kube/selectors.ts';
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
  return (
    requirements(term.matchExpressions).every((each) => meets(each, labels)) &&
    requirements(term.matchFields).every((each) => meets(each, { 'metadata.name': name }))
  );
}

/** Node affinity has two more operators than label selectors. */
function meets(requirement: LabelRequirement, labels: Record<string, string>): boolean {
  const { key, operator, values = [] } = requirement;
  if (operator === 'Gt') return Number(labels[key]) > Number(values[0]);
  if (operator === 'Lt') return Number(labels[key]) < Number(values[0]);
  return matchesLabels({ matchExpressions: [requirement] }, labels);
}

function requirements(value: unknown): LabelRequirement[] {
  return Array.isArray(value) ? value : [];
}

/** Whether the pod tolerates all taints of a node, except PreferNoSchedule. */
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
