import { type Binding, gateOf, selectsPod } from './bindings.ts';
import type { NewPod } from './objects.ts';

/**
 * The JSON patch that gives a new pod the readiness gates of the target groups it will be in; empty where it has them
 * or is in none.
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/
 */
export function gatePatch(namespace: string, pod: NewPod, bindings: readonly Binding[]): object[] {
  const { readinessGates } = pod.spec;
  const missing = bindings
    .filter((binding) => selectsPod(binding, namespace, pod.metadata.labels))
    .map((binding) => ({ conditionType: gateOf(binding) }))
    .filter((gate) => !readinessGates.some(({ conditionType }) => conditionType === gate.conditionType));
  if (missing.length === 0) return [];
  return [{ op: 'add', path: '/spec/readinessGates', value: [...readinessGates, ...missing] }];
}
