import { UserError } from '../../../errors.ts';
import type { Pod } from '../../../kube/objects.ts';
import { isHeld } from '../../decide/deployment-brake.ts';
import type { ReplicaSet } from '../../decide/deployment-objects.ts';
import { isReleaseTaken, isSettled, type Sets, sortSets } from '../../decide/deployment-step.ts';
import type { WorkloadWatches } from '../watches.ts';
import type { DeploymentObjects } from './watch.ts';

type Watches = Pick<WorkloadWatches<DeploymentObjects>, 'own' | 'pods' | 'until'>;

/** A Deployment as observed at one moment. */
export interface DeploymentView extends DeploymentObjects {
  sets: Sets;
}

/** @throws UserError if it was deleted */
export function look({ own }: Pick<Watches, 'own'>): DeploymentView {
  if (!own) throw new UserError('the Deployment was deleted');
  return { ...own, sets: sortSets(own.deployment, own.replicaSets) };
}

/** Resolves when the condition holds, or when the Deployment is gone. Rejects when the signal aborts. */
export function untilSeen(
  watches: Watches,
  holds: (view: DeploymentView) => boolean,
  signal: AbortSignal,
): Promise<void> {
  return watches.until(() => watches.own === undefined || holds(look(watches)), signal);
}

/** Resolves when our watches have reached this generation, and the controllers have processed everything written. */
export function untilSettled(watches: Watches, generation: number, signal: AbortSignal): Promise<void> {
  return untilSeen(
    watches,
    ({ deployment, sets }) => deployment.metadata.generation >= generation && isSettled(deployment, sets),
    signal,
  );
}

/**
 * Resolves when a step has completed that was started and not braked, by a process that was killed or whose
 * response was lost. If paused halfway, the controller would scale the old ReplicaSet back up.
 */
export function untilStepTaken(watches: Watches, signal: AbortSignal): Promise<void> {
  return untilSeen(
    watches,
    ({ deployment, sets }) => {
      const { paused, strategy } = deployment.spec;
      const maxUnavailable = strategy.rollingUpdate?.maxUnavailable;
      if (paused || !isHeld(deployment) || typeof maxUnavailable !== 'number') return true;
      return isReleaseTaken(deployment, sets, maxUnavailable);
    },
    signal,
  );
}

/** The pods of a ReplicaSet that are not terminating. */
export function livePods({ pods }: Pick<Watches, 'pods'>, { metadata: { uid } }: ReplicaSet): Pod[] {
  return [...pods.values()].filter(
    ({ metadata }) => metadata.controller?.uid === uid && metadata.deletionTimestampMs === undefined,
  );
}
