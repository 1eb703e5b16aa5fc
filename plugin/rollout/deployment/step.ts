import type { Clock } from '../../../shared/clock.ts';
import { delay } from '../../../shared/clock.ts';
import { ApiError, ConnectionError, type Kube } from '../../../shared/kube/kube.ts';
import type { Pod } from '../../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';
import { goFirst } from '../../../shared/rollout/deletion-cost.ts';
import type { ReplicaSet } from '../../../shared/rollout/deployment-objects.ts';
import { isHeld, isTaken, maxUnavailableFor, steer } from '../../../shared/rollout/deployment-step.ts';
import type { ZonedPod } from '../port.ts';
import type { WorkloadWatches } from '../watches.ts';
import { writeCosts } from './costs.ts';
import { BRAKED, patchDeployment, releasedFields } from './hold.ts';
import { livePods, look, type Scene, untilSeen, untilSettled, untilStepTaken } from './settling.ts';
import type { DeploymentObjects } from './watch.ts';

/** How soon a brake that could not be put on is tried again. */
const BRAKE_RETRY_MS = 1_000;

export interface StepTools {
  kube: Kube;
  clock: Clock;
  watches: WorkloadWatches<DeploymentObjects>;
  /** minReadySeconds as they were before the Deployment was held. */
  usualMinReadySeconds(): number;
  /** Asked right before the step: false while this process must not act. */
  mayAct(): boolean;
  onNotice(message: string): void;
  /** The Deployment will be unpaused, and has again been paused at this generation. */
  onBrake(state: { released: true } | { released: false; generation: number }): void;
}

/** What became of a step. */
export interface Taken {
  /** Chosen pods that go. */
  gone: readonly ZonedPod[];
  /** Chosen pods that stay, because others went instead. */
  spared: readonly ZonedPod[];
  /** Pods that went and were not chosen, by name. */
  instead: readonly string[];
}

/**
 * Has the controllers remove these pods, all of one ReplicaSet, and makes sure beforehand that they will be the ones:
 * holds the Deployment if it is not held, steers the controller to this ReplicaSet, gives the pods the lowest cost.
 * Then releases the brake for exactly as many pods, and puts it on again when they are taken.
 *
 * @param before ends the preparations; once the brake is released the step is carried out
 * @param after ends the waiting for controllers that do not act
 * @returns undefined when the Deployment has changed meanwhile, and nothing was done: look again
 * @throws ApiError, ConnectionError, and the reason of the signals; the brake may then be released, but the controller
 *   takes no more than these pods
 */
export async function takeStep(
  tools: StepTools,
  pods: readonly ZonedPod[],
  set: ReplicaSet,
  { before, after }: { before: AbortSignal; after: AbortSignal },
): Promise<Taken | undefined> {
  const { kube, watches } = tools;
  await hold(tools, before);
  await steerTo(tools, set, before);
  await putFirst(tools, pods, set, before);

  const scene = look(watches);
  const target = scene.sets.old.find(({ metadata }) => metadata.uid === set.metadata.uid);
  if (!target || !scene.deployment.spec.paused || !isHeld(scene.deployment) || !tools.mayAct())
    return undefined;
  const there = livePods(watches, target);
  const maxUnavailable = maxUnavailableFor(scene.sets, pods.length);
  before.throwIfAborted();
  tools.onBrake({ released: true });
  try {
    const fields = releasedFields(maxUnavailable);
    const released = await patchDeployment(kube, scene.deployment, fields, { unchanged: true });
    const { generation } = released.metadata;
    await untilSeen(
      watches,
      ({ deployment, sets }) =>
        deployment.metadata.generation >= generation && isTaken(deployment, sets, maxUnavailable),
      after,
    );
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 409)) throw error;
    tools.onBrake({ released: false, generation: 0 });
    return undefined;
  }
  await brake(tools, after);
  return outcome(tools, pods, target, there, after);
}

async function hold({ kube, watches, onBrake }: StepTools, signal: AbortSignal): Promise<void> {
  await untilStepTaken(watches, signal);
  const { deployment } = look(watches);
  let { generation } = deployment.metadata;
  if (!isHeld(deployment) || !deployment.spec.paused) {
    const held = await patchDeployment(kube, deployment, BRAKED);
    ({ generation } = held.metadata);
    onBrake({ released: false, generation });
  }
  await untilSettled(watches, generation, signal);
}

async function steerTo(tools: StepTools, set: ReplicaSet, signal: AbortSignal): Promise<void> {
  const { kube, watches } = tools;
  for (;;) {
    const { deployment, sets } = look(watches);
    const target = sets.old.find(({ metadata }) => metadata.uid === set.metadata.uid);
    const change = target && steer(sets, target, tools.usualMinReadySeconds());
    if (!change) return;
    const { namespace, name, uid } = change.set.metadata;
    await kube.request({
      method: 'PATCH',
      patch: 'merge',
      path: resourcePath({ ...RESOURCES.replicasets, namespace, name }),
      body: { metadata: { uid }, spec: { minReadySeconds: change.minReadySeconds } },
    });
    const isSeen = ({ replicaSets }: Scene) =>
      replicaSets.some(
        (each) => each.metadata.uid === uid && each.minReadySeconds === change.minReadySeconds,
      );
    await untilSeen(watches, isSeen, signal);
    await untilSettled(watches, deployment.metadata.generation, signal);
  }
}

async function putFirst(
  { kube, watches }: StepTools,
  pods: readonly ZonedPod[],
  set: ReplicaSet,
  signal: AbortSignal,
): Promise<void> {
  const chosen = new Set(pods.map(({ uid }) => uid));
  const live = () => divide(livePods(watches, set), ({ metadata }) => chosen.has(metadata.uid));
  const isFirst = () => goFirst(...live());
  if (isFirst()) return;
  await writeCosts(kube, ...live());
  await watches.until(isFirst, signal);
}

/** Tries until the Deployment is paused: the hold keeps more pods from going, but only as long as nobody changes it. */
async function brake(tools: StepTools, signal: AbortSignal): Promise<void> {
  const { kube, clock, watches } = tools;
  let told = '';
  for (;;) {
    try {
      const { metadata } = await patchDeployment(kube, look(watches).deployment, BRAKED);
      tools.onBrake({ released: false, generation: metadata.generation });
      if (told !== '') tools.onNotice('the Deployment is paused again');
      return;
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error;
      const message = `the Deployment could not be paused after a step, and is tried on: ${error.message}`;
      if (message !== told) tools.onNotice(message);
      told = message;
      await delay(clock, BRAKE_RETRY_MS, signal);
    }
  }
}

/** Waits until the ReplicaSet has made its choice. */
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
    spared.length === 0 ? [] : there.filter(({ metadata: { uid } }) => !live.has(uid) && !chosen.has(uid));
  return { gone, spared, instead: instead.map(({ metadata }) => metadata.name) };
}

function divide<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
