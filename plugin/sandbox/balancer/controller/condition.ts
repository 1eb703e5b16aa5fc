import { REGISTERING, type TargetHealth } from '../target.ts';
import type { DescribedTarget } from '../target-group.ts';
import type { Endpoint } from './endpoints.ts';

/** A pod condition to write. */
export interface GateCondition {
  type: string;
  status: 'True' | 'False';
  reason: string;
  message: string;
  lastTransitionTime: string;
}

/**
 * The condition for a pod's readiness gate: True for a healthy target, otherwise False with the target's reason. A pod
 * without the gate gets none.
 * https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/pkg/targetgroupbinding/resource_manager.go
 *
 * @param gate type of the condition
 * @returns undefined if nothing has to be written
 */
export function conditionFor(
  { pod, podIP, port }: Endpoint,
  gate: string,
  targets: readonly DescribedTarget[],
  nowMs: number,
): GateCondition | undefined {
  if (!pod.spec.readinessGates.some(({ conditionType }) => conditionType === gate)) return undefined;
  const target = targets.find((each) => each.podIP === podIP && each.port === port);
  const health: TargetHealth = target?.health ?? REGISTERING;
  const { state, description } = health;
  const reason: string = health.reason ?? '';
  const status = state === 'healthy' ? 'True' : 'False';
  const known = pod.status.conditions.find(({ type }) => type === gate);
  if (known?.status === status && known.reason === reason && known.message === description) return undefined;
  const sinceMs = known?.status === status ? (known.lastTransitionTimeMs ?? nowMs) : nowMs;
  return {
    type: gate,
    status,
    reason,
    message: description,
    lastTransitionTime: new Date(sinceMs).toISOString().replace(/\.\d+/, ''),
  };
}
