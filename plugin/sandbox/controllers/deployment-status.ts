import { conditionOf } from '../api/eviction.ts';
import { type Fields, timestamp } from '../store/object.ts';
import type { Deployment } from './deployment-plan.ts';
import { availableIn, resolveRolling, sum } from './deployment-plan.ts';
import type { ReplicaSet } from './replicaset.ts';

/** The status of a Deployment, which `kubectl rollout status` evaluates. */
export function deploymentStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  nowMs: number,
): Fields {
  const { replicas, strategy } = deployment.spec;
  const total = sum(sets, (set) => set.status?.replicas ?? 0);
  const available = sum(sets, availableIn);
  const updated = newSet?.status?.replicas ?? 0;
  const { maxUnavailable } = resolveRolling(strategy.rollingUpdate ?? {}, replicas);
  const isComplete = updated === replicas && total === replicas && available === replicas;
  const name = newSet?.metadata.name ?? '';
  const least = strategy.type === 'Recreate' ? replicas : replicas - maxUnavailable;
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: total,
    updatedReplicas: updated,
    readyReplicas: sum(sets, (set) => set.status?.readyReplicas ?? 0),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, Math.max(total, replicas) - available),
    conditions: [
      condition(deployment, nowMs, {
        type: 'Available',
        status: available >= least ? 'True' : 'False',
        reason: available >= least ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
        message: `Deployment ${available >= least ? 'has' : 'does not have'} minimum availability.`,
      }),
      condition(deployment, nowMs, {
        type: 'Progressing',
        status: 'True',
        reason: isComplete ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
        message: `ReplicaSet "${name}" ${isComplete ? 'has successfully progressed' : 'is progressing'}.`,
      }),
    ],
  };
}

function condition(
  deployment: Deployment,
  nowMs: number,
  next: { type: string; status: string; reason: string; message: string },
): Fields {
  const before = conditionOf(deployment, next.type);
  const now = timestamp(nowMs);
  const isSame =
    before?.status === next.status && before.reason === next.reason && before.message === next.message;
  return {
    ...next,
    lastUpdateTime: isSame ? before?.lastUpdateTime : now,
    lastTransitionTime: before?.status === next.status ? before.lastTransitionTime : now,
  };
}
