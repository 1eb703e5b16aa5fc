import type { DriveContext } from '../../../drive/operator.ts';
import { ApiError, ConnectionError, type Kube } from '../../../kube/kube.ts';
import { listAll } from '../../../kube/list.ts';
import { type Pod, readPod } from '../../../kube/objects.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../../kube/paths.ts';
import { labelSelectorText } from '../../../kube/selectors.ts';
import { type BrakeFields, isHeld } from '../../decide/deployment-brake.ts';
import { type ReplicaSet, type RolledDeployment, readReplicaSet } from '../../decide/deployment-objects.ts';
import { ownedSets } from '../../decide/observe-deployment.ts';
import type { RolloutLock } from '../rollout-lock.ts';
import { isLost } from './carry-out.ts';
import { type CostTools, restoreCosts } from './costs.ts';
import { freeFields, getDeployment, keepingSurge, parkedFields, patchDeployment } from './hold.ts';
import { keptOriginals, ORIGINALS_ANNOTATION, type Originals, originalsOf } from './originals.ts';
import { FENCE_ANNOTATION, fenceSets, patchSet } from './replica-sets.ts';
import type { WatchedDeployment } from './watch.ts';

/**
 * Restores a Deployment, but leaves it paused while it has old pods: unpaused, its controller would replace
 * them in any zone. Its originals then stay stored on it.
 *
 * What cannot be restored is reported and not thrown; the next rollout restores it. Nothing is restored if
 * another process may hold the Lease; no more pods are removed in either case.
 */
export async function leaveDeployment(
  { kube, watches, unanswered }: WatchedDeployment,
  lock: Pick<RolloutLock, 'uncertain'>,
  isFinished: boolean,
  { clock, operator }: Pick<DriveContext, 'clock' | 'operator'>,
): Promise<void> {
  const seen = watches.own;
  if (!seen) return;
  const { namespace, name } = seen.deployment.metadata;
  const notSetBack = (why: string) =>
    operator.say(
      `warning: deployment/${name} was not restored: ${why}; it stays paused and no pods are replaced; restore it with the same command, or with: kubectl zone rollout abort deploy/${name} -n ${namespace}`,
    );
  const tools = { kube, clock, unanswered, holdsLease: () => !lock.uncertain };
  try {
    refuseUnheld(tools);
    const pods = [...watches.pods.values()];
    const deployment = await getDeployment(kube, seen.deployment);
    if (deployment.metadata.uid !== seen.deployment.metadata.uid || !keptOriginals(deployment)) return;
    if (isFinished && deployment.revision === seen.deployment.revision && (await free(tools, deployment))) {
      await restoreCosts(tools, pods);
      await cleanSets(kube, seen.replicaSets);
    } else {
      await park(tools, deployment, pods);
      operator.say(`deployment/${name} ${parkedSentence(deployment)}`);
    }
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return;
    const isExpected =
      error instanceof ApiError || error instanceof ConnectionError || error instanceof UnheldError;
    if (!isExpected) throw error;
    if (isLost(error)) unanswered.add(name);
    notSetBack(error.message);
  }
}

/** As `leaveDeployment`, for a rollout whose process was killed; see `FetchedWorkload.giveUp`. */
export async function giveUpDeployment(
  given: Pick<CostTools, 'kube' | 'clock' | 'holdsLease'>,
  found: RolledDeployment,
): Promise<string | undefined> {
  const { kube } = given;
  // It was found before the Lease was acquired.
  const deployment = await getDeployment(kube, found);
  if (!keptOriginals(deployment) || !isHeld(deployment)) return undefined;
  const { namespace } = deployment.metadata;
  const list = async (address: ResourceAddress) => {
    const query = { labelSelector: labelSelectorText(deployment.spec.selector) };
    const { items } = await listAll(kube, { path: resourcePath({ ...address, namespace }), query });
    return items;
  };
  await fenceSets(kube, ownedSets(deployment, (await list(RESOURCES.replicasets)).map(readReplicaSet)));
  const pods = (await list(RESOURCES.pods)).map(readPod);
  await park({ ...given, unanswered: new Set() }, deployment, pods);
  return parkedSentence(deployment);
}

/**
 * Restores the originals, unless the template has changed since it was observed: all pods would then be old.
 *
 * @returns whether it did
 */
async function free(tools: CostTools, seen: RolledDeployment): Promise<boolean> {
  return patchHeld(tools, seen, (deployment) => {
    if (deployment.revision !== seen.revision) return undefined;
    return { fields: freeFields(originalsOf(deployment)), originals: null };
  });
}

async function park(tools: CostTools, seen: RolledDeployment, pods: Iterable<Pod>): Promise<void> {
  await patchHeld(tools, seen, (deployment) => {
    const originals = originalsOf(deployment);
    return { fields: keepingSurge(deployment, parkedFields(originals)), originals };
  });
  await restoreCosts(tools, pods);
}

/** We do not hold the Lease for certain. */
class UnheldError extends Error {
  override readonly name = 'UnheldError';
}

/** @throws UnheldError */
function refuseUnheld({ holdsLease }: Pick<CostTools, 'holdsLease'>): void {
  if (!holdsLease()) throw new UnheldError('somebody else may be rolling it out');
}

/**
 * Writes the Deployment as it is now, bound to a version that was read while the Lease was held: another process may have
 * finished it otherwise.
 *
 * @param change undefined if nothing is to be written
 * @returns whether it was written
 * @throws UnheldError, ApiError, ConnectionError
 */
async function patchHeld(
  tools: CostTools,
  seen: RolledDeployment,
  change: (now: RolledDeployment) => { fields: BrakeFields; originals: Originals | null } | undefined,
): Promise<boolean> {
  const { kube } = tools;
  for (let deployment = seen; ; deployment = await getDeployment(kube, seen)) {
    const wanted = deployment.metadata.uid === seen.metadata.uid ? change(deployment) : undefined;
    if (!wanted) return false;
    refuseUnheld(tools);
    try {
      const { fields, originals } = wanted;
      await patchDeployment(kube, deployment, fields, { unchanged: true, originals });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 409)) throw error;
    }
  }
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
