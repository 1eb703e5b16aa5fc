import type { DriveContext } from '../../../drive/operator.ts';
import { ApiError, ConnectionError, type Kube } from '../../../kube/kube.ts';
import { listAll } from '../../../kube/list.ts';
import { type Pod, readPod } from '../../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../../kube/paths.ts';
import { labelSelectorText } from '../../../kube/selectors.ts';
import { isHeld } from '../../decide/deployment-brake.ts';
import type { ReplicaSet, RolledDeployment } from '../../decide/deployment-objects.ts';
import type { RolloutLock } from '../rollout-lock.ts';
import { restoreCosts } from './costs.ts';
import { freeFields, getDeployment, keepingSurge, parkedFields, patchDeployment } from './hold.ts';
import { keptOriginals, ORIGINALS_ANNOTATION, originalsOf } from './originals.ts';
import { FENCE_ANNOTATION, patchSet } from './replica-sets.ts';
import type { WatchedDeployment } from './watch.ts';

/**
 * Restores a Deployment, but leaves it paused while it has old pods: unpaused, its controller would replace
 * them in any zone. Its originals then stay stored on it.
 *
 * What cannot be restored is reported and not thrown; the next rollout restores it. Nothing is restored if
 * another process may hold the Lease; no more pods are removed in either case.
 */
export async function leaveDeployment(
  { kube, watches }: WatchedDeployment,
  lock: Pick<RolloutLock, 'uncertain'>,
  isFinished: boolean,
  { operator }: Pick<DriveContext, 'operator'>,
): Promise<void> {
  const seen = watches.own;
  if (!seen) return;
  const { namespace, name } = seen.deployment.metadata;
  const notSetBack = (why: string) =>
    operator.say(
      `warning: deployment/${name} was not restored: ${why}; it stays paused and no pods are replaced; restore it with the same command, or with: kubectl zone rollout abort deploy/${name} -n ${namespace}`,
    );
  if (lock.uncertain) {
    notSetBack('another process may be rolling it out');
    return;
  }
  try {
    const pods = [...watches.pods.values()];
    const deployment = await getDeployment(kube, seen.deployment);
    if (deployment.metadata.uid !== seen.deployment.metadata.uid || !keptOriginals(deployment)) return;
    if (isFinished && deployment.revision === seen.deployment.revision && (await free(kube, deployment))) {
      await restoreCosts(kube, pods);
      await cleanSets(kube, seen.replicaSets);
    } else {
      await park(kube, deployment, pods);
      operator.say(`deployment/${name} ${parkedSentence(deployment)}`);
    }
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return;
    if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error;
    notSetBack(error.message);
  }
}

/** As `leaveDeployment`, for a rollout whose process was killed; see `FetchedWorkload.giveUp`. */
export async function giveUpDeployment(
  kube: Kube,
  deployment: RolledDeployment,
): Promise<string | undefined> {
  if (!keptOriginals(deployment) || !isHeld(deployment)) return undefined;
  const { items } = await listAll(kube, {
    path: resourcePath({ ...RESOURCES.pods, namespace: deployment.metadata.namespace }),
    query: { labelSelector: labelSelectorText(deployment.spec.selector) },
  });
  await park(kube, deployment, items.map(readPod));
  return parkedSentence(deployment);
}

/**
 * Restores the originals, unless the template has changed since it was observed: all pods would then be old.
 *
 * @returns whether it did
 */
async function free(kube: Kube, seen: RolledDeployment): Promise<boolean> {
  for (let deployment = seen; ; deployment = await getDeployment(kube, seen)) {
    if (deployment.revision !== seen.revision || deployment.metadata.uid !== seen.metadata.uid) return false;
    try {
      const fields = freeFields(originalsOf(deployment));
      await patchDeployment(kube, deployment, fields, { unchanged: true, originals: null });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 409)) throw error;
    }
  }
}

async function park(kube: Kube, deployment: RolledDeployment, pods: Iterable<Pod>): Promise<void> {
  const originals = originalsOf(deployment);
  const fields = keepingSurge(deployment, parkedFields(originals));
  await patchDeployment(kube, deployment, fields, { originals });
  await restoreCosts(kube, pods);
}

/** The controller copies the Deployment's annotations to its newest ReplicaSet and does not remove them. */
async function cleanSets(kube: Kube, replicaSets: readonly ReplicaSet[]): Promise<void> {
  const ours = [ORIGINALS_ANNOTATION, FENCE_ANNOTATION];
  for (const { metadata } of replicaSets) {
    if (ours.every((key) => metadata.annotations[key] === undefined)) continue;
    const annotations = Object.fromEntries(ours.map((key) => [key, null]));
    await patchSet(kube, metadata, { metadata: { uid: metadata.uid, annotations } });
  }
}

function parkedSentence({ metadata: { namespace, name } }: RolledDeployment): string {
  return `stays paused, with maxUnavailable 1; to let its controller replace the other pods, one by one in any zone: kubectl -n ${namespace} rollout resume deployment/${name}`;
}
