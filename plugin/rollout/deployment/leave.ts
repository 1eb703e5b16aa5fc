import { ApiError, ConnectionError, type Kube } from '../../../shared/kube/kube.ts';
import { LeaseLostError } from '../../../shared/kube/lease.ts';
import { listAll } from '../../../shared/kube/list.ts';
import { type Lease, type Pod, readPod } from '../../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';
import { labelSelectorText } from '../../../shared/kube/selectors.ts';
import type { RolledDeployment } from '../../../shared/rollout/deployment-objects.ts';
import { isHeld } from '../../../shared/rollout/deployment-step.ts';
import type { Context } from '../../context.ts';
import { writeLine } from '../../output.ts';
import type { RolloutLock } from '../lock.ts';
import { restoreCosts } from './costs.ts';
import { freeFields, parkedFields, patchDeployment } from './hold.ts';
import { decodeOriginals, type Originals, originalsOf } from './originals.ts';
import { heldBefore, type WatchedDeployment } from './watch.ts';

/**
 * Leaves a Deployment as it was found, but paused while there are old pods: unpaused, its controller would replace them
 * by itself in any zone. How it was is then still remembered in the Lease.
 *
 * What cannot be put back is told and not thrown; the next rollout does it. Nothing is, where the Lease may be another's
 * who rolls out now: no more pods go in either case.
 */
export async function leaveDeployment(
  { kube, watches }: WatchedDeployment,
  lock: RolloutLock,
  isFinished: boolean,
  { stderr }: Context,
): Promise<void> {
  const deployment = watches.own?.deployment;
  const kept = decodeOriginals(lock.heldBefore);
  if (!deployment || !kept) return;
  const { namespace, name } = deployment.metadata;
  const notSetBack = (why: string) =>
    writeLine(
      stderr,
      `warning: deployment/${name} is held and was not set back to what it was: ${why}; the same command does it, or kubectl zone rollout abort deploy/${name} -n ${namespace}`,
    );
  if (lock.uncertain) {
    notSetBack('somebody else may be rolling it out');
    return;
  }
  try {
    if (isFinished) {
      await patchDeployment(kube, deployment, freeFields(kept));
      await restoreCosts(kube, watches.pods.values());
      await lock.rememberHeld(undefined);
    } else {
      await park(kube, deployment, kept, watches.pods.values());
      writeLine(stderr, `deployment/${name} ${parkedSentence(deployment)}`);
    }
  } catch (error) {
    const isExpected =
      error instanceof ApiError || error instanceof ConnectionError || error instanceof LeaseLostError;
    if (!isExpected) throw error;
    notSetBack(error.message);
  }
}

/** The same for a rollout whose process was killed; see `FetchedWorkload.giveUp`. */
export async function giveUpDeployment(
  kube: Kube,
  deployment: RolledDeployment,
  lease: Lease | undefined,
): Promise<string | undefined> {
  const kept = decodeOriginals(heldBefore(lease));
  if (!kept || !isHeld(deployment)) return undefined;
  const { items } = await listAll(kube, {
    path: resourcePath({ ...RESOURCES.pods, namespace: deployment.metadata.namespace }),
    query: { labelSelector: labelSelectorText(deployment.spec.selector) },
  });
  await park(kube, deployment, kept, items.map(readPod));
  return parkedSentence(deployment);
}

async function park(
  kube: Kube,
  deployment: RolledDeployment,
  kept: Originals,
  pods: Iterable<Pod>,
): Promise<void> {
  await patchDeployment(kube, deployment, parkedFields(originalsOf(deployment, kept)));
  await restoreCosts(kube, pods);
}

function parkedSentence({ metadata: { namespace, name } }: RolledDeployment): string {
  return `stays paused; to let its controller replace the other pods by itself, in any zone: kubectl -n ${namespace} rollout resume deployment/${name}`;
}
