import { ApiError } from '../../../kube/kube.ts';
import type { Pod } from '../../../kube/objects.ts';
import { goFirst } from '../../decide/deletion-cost.ts';
import { isBraked } from '../../decide/deployment-brake.ts';
import type { ReplicaSet } from '../../decide/deployment-objects.ts';
import { isSettled, type StepWay, steer, wayOfStep } from '../../decide/deployment-step.ts';
import type { ZonedPod } from '../workload-port.ts';
import { carryOut, type StepTools } from './carry-out.ts';
import { writeCosts } from './costs.ts';
import { createUpdatedSet, patchSet } from './replica-sets.ts';
import { type DeploymentView, livePods, look, untilSeen, untilSettled } from './settling.ts';

/** How long to wait for a new ReplicaSet; without it the controller is released to create it. */
const CREATED_PATIENCE_MS = 5_000;

/** The result of a step. */
export interface Taken {
  /** Chosen pods that are being removed. */
  gone: readonly ZonedPod[];
  /** Chosen pods that stay, because others were removed instead. */
  spared: readonly ZonedPod[];
  /** Names of pods that were removed and not chosen; without those that were never scheduled. */
  instead: readonly string[];
}

/**
 * Makes the controllers remove these pods, all of one ReplicaSet, or the first few, and ensures beforehand
 * that exactly these are removed: sets the lowest deletion cost on them, and if the controller must be
 * released, steers it to this ReplicaSet. Everything is checked again directly before the single write that
 * starts the step, and that write has the checked state as its precondition.
 *
 * @param before ends the preparations; a step that was started is carried out
 * @param after ends the wait for controllers that do not act
 * @returns undefined if something has changed and nothing was done: observe again
 * @throws ApiError, ConnectionError, StepUndoneError, and the signals' reasons; the controller removes no
 * more than these pods in any case
 */
export async function takeStep(
  tools: StepTools,
  pods: readonly ZonedPod[],
  set: ReplicaSet,
  { before, after }: { before: AbortSignal; after: AbortSignal },
): Promise<Taken | undefined> {
  const { watches } = tools;
  await untilSettled(watches, look(watches).deployment.metadata.generation, before);
  // A lifted brake is handled by BrakeGuard.
  if (!isBraked(look(watches).deployment)) return undefined;
  await makeUpdatedSet(tools, before);
  if (wayNow(tools, set, pods.length)?.kind === 'release' && !(await steerTo(tools, set, before)))
    return undefined;
  const reserved = await tools.reserve(pods);
  const planned = wayNow(tools, set, reserved.length);
  if (!planned) return undefined;
  const chosen = reserved.slice(0, planned.pods);
  await putFirst(tools, chosen, set, before);

  const view = look(watches);
  const way = wayNow(tools, set, chosen.length);
  const target = targetIn(view, set);
  if (!way || way.pods !== chosen.length || way.kind !== planned.kind || !target) return undefined;
  if (!isBraked(view.deployment) || !isSettled(view.deployment, view.sets)) return undefined;
  if (way.kind === 'release' && steer(view.sets, target, tools.usualMinReadySeconds())) return undefined;
  before.throwIfAborted();
  if (!tools.isStillRight(chosen)) return undefined;
  const there = livePods(watches, target);
  if (!(await carryOut(tools, { way, target, view, chosen }, after))) return undefined;
  return outcome(tools, chosen, target, there, after);
}

function targetIn({ sets }: DeploymentView, { metadata: { uid } }: ReplicaSet): ReplicaSet | undefined {
  return sets.old.find(({ metadata }) => metadata.uid === uid);
}

function wayNow({ watches }: StepTools, set: ReplicaSet, pods: number): StepWay | undefined {
  const view = look(watches);
  const target = targetIn(view, set);
  if (!target || pods === 0 || target.replicas < pods) return undefined;
  return wayOfStep(view.deployment, view.sets, target, pods);
}

/** A paused controller creates no ReplicaSet. If ours is not created, the controller is released for the first pods. */
async function makeUpdatedSet({ kube, clock, watches }: StepTools, signal: AbortSignal): Promise<void> {
  if (look(watches).sets.updated) return;
  await createUpdatedSet(kube, look(watches).deployment);
  const patience = new AbortController();
  const cancel = clock.schedule(CREATED_PATIENCE_MS, () => patience.abort());
  try {
    const either = AbortSignal.any([signal, patience.signal]);
    await untilSeen(watches, ({ sets }) => sets.updated !== undefined, either);
    await untilSettled(watches, look(watches).deployment.metadata.generation, either);
  } catch (error) {
    if (!patience.signal.aborted) throw error;
  } finally {
    cancel();
  }
}

/** @returns false if a ReplicaSet has changed meanwhile */
async function steerTo(tools: StepTools, set: ReplicaSet, signal: AbortSignal): Promise<boolean> {
  const { kube, watches } = tools;
  for (;;) {
    const view = look(watches);
    const target = targetIn(view, set);
    const change = target && steer(view.sets, target, tools.usualMinReadySeconds());
    if (!change) return true;
    const { metadata } = change.set;
    const { uid, resourceVersion } = metadata;
    const { minReadySeconds } = change;
    try {
      await patchSet(kube, metadata, { metadata: { uid, resourceVersion }, spec: { minReadySeconds } });
    } catch (error) {
      if (error instanceof ApiError && error.code === 409) return false;
      throw error;
    }
    const isSeen = ({ replicaSets }: DeploymentView) =>
      replicaSets.some((each) => each.metadata.uid === uid && each.minReadySeconds === minReadySeconds);
    await untilSeen(watches, isSeen, signal);
    await untilSettled(watches, view.deployment.metadata.generation, signal);
  }
}

async function putFirst(
  tools: StepTools,
  pods: readonly ZonedPod[],
  set: ReplicaSet,
  signal: AbortSignal,
): Promise<void> {
  const { watches } = tools;
  const chosen = new Set(pods.map(({ uid }) => uid));
  const live = () => divide(livePods(watches, set), ({ metadata }) => chosen.has(metadata.uid));
  const isFirst = () => goFirst(...live());
  if (isFirst()) return;
  await writeCosts({ ...tools, signal }, ...live());
  await watches.until(isFirst, signal);
}

/** Waits until the ReplicaSet has chosen. */
async function outcome(
  { watches }: StepTools,
  pods: readonly ZonedPod[],
  before: ReplicaSet,
  there: readonly Pod[],
  signal: AbortSignal,
): Promise<Taken> {
  const liveUids = () => new Set(livePods(watches, before).map(({ metadata }) => metadata.uid));
  await untilSeen(
    watches,
    ({ replicaSets }) => {
      const live = liveUids();
      if (pods.every(({ uid }) => !live.has(uid))) return true;
      const now = replicaSets.find(({ metadata }) => metadata.uid === before.metadata.uid);
      const { metadata, status, replicas } = now ?? before;
      const chose = status.observedGeneration >= metadata.generation && status.replicas <= replicas;
      return now === undefined || (chose && replicas < before.replicas && live.size <= replicas);
    },
    signal,
  );
  const live = liveUids();
  const [spared, gone] = divide(pods, ({ uid }) => live.has(uid));
  const chosen = new Set(pods.map(({ uid }) => uid));
  const instead =
    spared.length === 0
      ? []
      : there.filter(
          ({ metadata: { uid }, spec }) => spec.nodeName !== undefined && !live.has(uid) && !chosen.has(uid),
        );
  return { gone, spared, instead: instead.map(({ metadata }) => metadata.name) };
}

function divide<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
