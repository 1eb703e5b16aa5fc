import type { DriveContext } from '../../../drive/operator.ts';
import { UserError } from '../../../errors.ts';
import { ApiError, ConnectionError } from '../../../kube/kube.ts';
import type { Pod } from '../../../kube/objects.ts';
import { BRAKED, isBraked } from '../../decide/deployment-brake.ts';
import type { RolledDeployment } from '../../decide/deployment-objects.ts';
import { byOrdinalDescending, orderZones } from '../../decide/order.ts';
import type { Observation, RolloutOptions } from '../../decide/types.ts';
import type { Workload } from '../../decide/workload.ts';
import type { RolloutRequest } from '../request.ts';
import type { RolloutLock } from '../rollout-lock.ts';
import { applyChange } from '../template.ts';
import type { Prepared } from '../workload-port.ts';
import { writeCosts } from './costs.ts';
import { BRAKE_TESTS, getDeployment, patchDeployment } from './hold.ts';
import { keptOriginals, originalsOf } from './originals.ts';
import { LIFTED_FIX, liftedSentence } from './other-hands.ts';
import { fenceSets } from './replica-sets.ts';
import { look, untilSeen, untilSettled, untilStepTaken } from './settling.ts';
import { type WatchedDeployment, workloadOf } from './watch.ts';

/** How long to wait for the controllers; each step waits for them again. */
const SETTLING_PATIENCE_MS = 5_000;

/**
 * With the Lease acquired: makes requests of an earlier holder impossible, puts every brake on and stores the originals on
 * the Deployment, only then changes the template, and sets the deletion costs of the old pods in removal order. After an interrupt no further
 * action is started.
 *
 * @throws ApiError, ConnectionError, BrakeLiftedError if another client lifts a brake, and what `applyChange` throws
 */
export async function prepareDeployment(
  request: RolloutRequest,
  watched: WatchedDeployment,
  lock: RolloutLock,
  context: DriveContext,
  signal: AbortSignal,
): Promise<Prepared> {
  const { kube, watches } = watched;
  const { change } = request;
  await withPatience(context, signal, (patience) => untilStepTaken(watches, patience));
  if (signal.aborted) return { ...seen(watched, lock, request.options), request, changed: false };
  const { deployment, isUnfinished } = await hold(watched);
  let { generation } = deployment.metadata;
  if (isUnfinished && !signal.aborted) await fenceFormer(watched, signal);
  await settle(watched, generation, context, signal);
  const changes = change !== undefined && !signal.aborted;
  if (changes) {
    refuseLifted(look(watches).deployment);
    const [changed] = await applyChange(kube, change, { only: BRAKE_TESTS }).catch(async (error: unknown) => {
      refuseLifted(await getDeployment(kube, look(watches).deployment));
      throw error;
    });
    generation = changed?.generation ?? generation;
  }
  await settle(watched, generation, context, signal);
  const ready = seen(watched, lock, request.options);
  await markInOrder(watched, ready.observation, request.options, lock, context);
  return changes
    ? { ...ready, request: { ...request, commandLine: request.commandLineAfterChange }, changed: true }
    : { ...ready, request, changed: false };
}

/**
 * Puts every brake on and stores the originals, in one write with a resourceVersion precondition. The Deployment of an
 * unfinished rollout, which may have every brake on, is changed all the same: its release may still be on its way.
 */
async function hold({
  kube,
  watches,
}: WatchedDeployment): Promise<{ deployment: RolledDeployment; isUnfinished: boolean }> {
  let { deployment } = look(watches);
  for (;;) {
    try {
      const originals = originalsOf(deployment);
      const isUnfinished = keptOriginals(deployment) !== undefined;
      const how = { unchanged: true, originals, fence: isUnfinished };
      return { deployment: await patchDeployment(kube, deployment, BRAKED, how), isUnfinished };
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 409)) throw error;
      const { uid } = deployment.metadata;
      deployment = await getDeployment(kube, deployment);
      if (deployment.metadata.uid !== uid) throw error;
    }
  }
}

/**
 * Steps of an earlier rollout that is unfinished, whether its process died or not, cannot be carried out any more after
 * this, and those that were are shown: each is bound to the version of a ReplicaSet.
 */
async function fenceFormer({ kube, watches }: WatchedDeployment, signal: AbortSignal): Promise<void> {
  await fenceSets(kube, look(watches).replicaSets);
  try {
    await watches.reach(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Another client lifted a brake before the template was changed: the same command begins again. */
class BrakeLiftedError extends UserError {
  override readonly name = 'BrakeLiftedError';
  override readonly end = 'stopped';
}

/** @throws BrakeLiftedError if a brake was lifted, naming the manager if known */
function refuseLifted(deployment: RolledDeployment): void {
  if (isBraked(deployment)) return;
  throw new BrakeLiftedError(
    `${liftedSentence(deployment, [BRAKED])} before its template was changed; no pod was replaced`,
    LIFTED_FIX,
  );
}

/** Our own watch must have seen the change; otherwise the driver would find nothing to do. */
async function settle(
  { watches }: WatchedDeployment,
  generation: number,
  context: DriveContext,
  interrupted: AbortSignal,
): Promise<void> {
  const isShown = untilSeen(
    watches,
    ({ deployment }) => deployment.metadata.generation >= generation,
    interrupted,
  );
  await isShown.catch((error: unknown) => {
    if (!interrupted.aborted) throw error;
  });
  await withPatience(context, interrupted, (signal) => untilSettled(watches, generation, signal));
}

/** Waits for the condition, an interrupt, or the patience limit, after which continuing is better. */
async function withPatience(
  { clock }: DriveContext,
  interrupted: AbortSignal,
  wait: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const patience = new AbortController();
  const cancel = clock.schedule(SETTLING_PATIENCE_MS, () => patience.abort());
  try {
    if (!interrupted.aborted) await wait(AbortSignal.any([interrupted, patience.signal]));
  } catch (error) {
    if (!interrupted.aborted && !patience.signal.aborted) throw error;
  } finally {
    cancel();
  }
}

function seen(
  { watches, found }: WatchedDeployment,
  lock: RolloutLock,
  { minReadyMs }: RolloutOptions,
): { workload: Workload; observation: Observation } {
  const workload = workloadOf(watches.own ?? found);
  const looking = { memory: lock.memory, minReadyMs, nowMs: Number.MAX_SAFE_INTEGER };
  return { workload, observation: workload.observe(watches.cluster, looking) };
}

/** Each step sets its own pods' costs again, so a temporary failure of one of thousands of requests is not fatal. */
async function markInOrder(
  { kube, watches, unanswered }: WatchedDeployment,
  observation: Observation,
  options: RolloutOptions,
  lock: RolloutLock,
  { clock, operator }: DriveContext,
): Promise<void> {
  const holdsLease = () => !lock.uncertain;
  try {
    await writeCosts(
      { kube, clock, holdsLease, unanswered },
      inOrder(observation, [...watches.pods.values()], options),
    );
  } catch (error) {
    const isRefusal = error instanceof ApiError && (error.code === 401 || error.code === 403);
    if (isRefusal || !(error instanceof ApiError || error instanceof ConnectionError)) throw error;
    operator.say(`warning: the deletion cost could not be set on all pods: ${error.message}`);
  }
}

/** The old pods in the order of rule R4. */
function inOrder(observation: Observation, pods: readonly Pod[], { zoneOrder }: RolloutOptions): Pod[] {
  const byUid = new Map(pods.map((pod) => [pod.metadata.uid, pod]));
  const stale = observation.pods.filter((pod) => pod.stale && !pod.terminating);
  const zones = orderZones(new Set(stale.map((pod) => pod.zone ?? '')), zoneOrder);
  const rank = new Map(zones.map((zone, index) => [zone, index]));
  const rankOf = (zone: string | undefined) => rank.get(zone ?? '') ?? zones.length;
  return stale
    .sort((a, b) => rankOf(a.zone) - rankOf(b.zone) || byOrdinalDescending(a, b))
    .flatMap(({ uid }) => byUid.get(uid) ?? []);
}
