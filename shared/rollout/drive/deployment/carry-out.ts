import type { Clock } from '../../../clock.ts';
import { delay } from '../../../clock.ts';
import type { Kube } from '../../../kube/kube.ts';
import { ApiError, ConnectionError } from '../../../kube/kube.ts';
import { RESOURCES, resourcePath } from '../../../kube/paths.ts';
import { isNoAnswer } from '../../../removals/pod-removal.ts';
import { listNames } from '../../../sentences.ts';
import { BRAKED, type BrakeFields, releasedFields } from '../../decide/deployment-brake.ts';
import {
  type ReplicaSet,
  type RolledDeployment,
  readReplicaSet,
  readRolledDeployment,
} from '../../decide/deployment-objects.ts';
import { isReleaseTaken, isTaken, type StepWay } from '../../decide/deployment-step.ts';
import type { WorkloadWatches } from '../watches.ts';
import type { ZonedPod } from '../workload-port.ts';
import { getDeployment, keepingSurge, patchDeployment } from './hold.ts';
import { FENCE_ANNOTATION, scaleSet } from './replica-sets.ts';
import { type DeploymentView, look, untilSeen } from './settling.ts';
import type { DeploymentObjects } from './watch.ts';

/** Retry interval for writes that must succeed. */
const RETRY_MS = 1_000;
/** How long the controller may be inactive before it is reported and checked again; shorter than a reservation. */
const SLOW_CONTROLLER_MS = 30_000;
/** Writes in a row that others were faster than, after which we wait. */
const MOST_CONFLICTS = 5;

/** Reports which states of the brake's fields are our own writes: before a write with generation 0, and after it. */
export type OnBrake = (state: { may: readonly BrakeFields[]; generation: number }) => void;

export interface StepTools {
  kube: Kube;
  clock: Clock;
  watches: WorkloadWatches<DeploymentObjects>;
  /** minReadySeconds before the rollout paused the Deployment. */
  usualMinReadySeconds(): number;
  /** False while another process may hold the Lease: what it finds must not be changed any more. */
  holdsLease(): boolean;
  /** Requests that may still be carried out, by path. */
  readonly unanswered: Set<string>;
  /** Called directly before the step: whether this process may still act, and the same decision would be made now. */
  isStillRight(pods: readonly ZonedPod[]): boolean;
  /** Blocks evictions in other zones; returns the pods for which this succeeded or is not possible. */
  reserve(pods: readonly ZonedPod[]): Promise<readonly ZonedPod[]>;
  onNotice(message: string): void;
  onBrake: OnBrake;
}

/** The controller was given a step that another client reverted by changing its ReplicaSets. */
export class StepUndoneError extends Error {
  override readonly name = 'StepUndoneError';
}

interface Step {
  way: StepWay;
  target: ReplicaSet;
  /** The view that the step was decided on. */
  view: DeploymentView;
  chosen: readonly ZonedPod[];
}

/**
 * Starts the step, and waits until the controller has carried it out.
 *
 * @returns false if something has changed since the view, and nothing was done, or not only this
 */
export async function carryOut(tools: StepTools, step: Step, signal: AbortSignal): Promise<boolean> {
  const reminding = new AbortController();
  void remind(tools, step.chosen, AbortSignal.any([signal, reminding.signal]));
  try {
    return step.way.kind === 'scale'
      ? await byScale(tools, step, step.way, signal)
      : await byRelease(tools, step, step.way, signal);
  } finally {
    reminding.abort();
  }
}

async function byScale(
  tools: StepTools,
  { target, view }: Step,
  { set, replicas, pods }: Extract<StepWay, { kind: 'scale' }>,
  signal: AbortSignal,
): Promise<boolean> {
  const { kube, watches } = tools;
  const { metadata } = set;
  const desired = view.deployment.spec.replicas;
  let scaled: ReplicaSet;
  try {
    scaled = await scaleSet(kube, set, replicas, desired);
  } catch (error) {
    if (error instanceof ApiError && error.code === 409) return false;
    if (!isLost(error)) throw error;
    const path = resourcePath({
      ...RESOURCES.replicasets,
      namespace: metadata.namespace,
      name: metadata.name,
    });
    scaled = readReplicaSet(await fence(tools, path, metadata, signal));
    if (scaled.replicas === set.replicas) return false;
  }
  const { generation } = scaled.metadata;
  let isUndone = false;
  let isScaled = false;
  await untilSeen(
    watches,
    ({ deployment, sets, replicaSets }) => {
      const now = replicaSets.find((each) => each.metadata.uid === metadata.uid);
      if (now && now.metadata.generation < generation) return false;
      isUndone = now !== undefined && now.replicas === set.replicas && now.metadata.generation > generation;
      isScaled = deployment.spec.replicas !== desired;
      return isUndone || isScaled || isTaken(deployment, sets, target, pods);
    },
    signal,
  );
  // Pods that are removed then are observed as usual.
  if (isScaled) return false;
  if (!isUndone) return true;
  throw new StepUndoneError(
    `${metadata.name} was scaled to ${replicas} for the next pods, and another client scaled it back to ${set.replicas}`,
  );
}

/** Resumes the Deployment for exactly this many pods, and pauses it again when they are removed. */
async function byRelease(
  tools: StepTools,
  { view: { deployment } }: Step,
  { maxUnavailable }: Extract<StepWay, { kind: 'release' }>,
  signal: AbortSignal,
): Promise<boolean> {
  const { kube, watches, onBrake } = tools;
  const { metadata } = deployment;
  const fields = releasedFields(maxUnavailable);
  onBrake({ may: [BRAKED, fields], generation: 0 });
  let released: RolledDeployment;
  try {
    released = await patchDeployment(kube, deployment, fields, { unchanged: true });
  } catch (error) {
    if (error instanceof ApiError && error.code === 409) {
      onBrake({ may: [BRAKED], generation: 0 });
      return false;
    }
    if (!isLost(error)) {
      onBrake({ may: [BRAKED], generation: 0 });
      throw error;
    }
    const path = resourcePath({
      ...RESOURCES.deployments,
      namespace: metadata.namespace,
      name: metadata.name,
    });
    released = readRolledDeployment(await fence(tools, path, metadata, signal));
    if (released.spec.paused) {
      onBrake({ may: [BRAKED], generation: 0 });
      return false;
    }
  }
  const { generation } = released.metadata;
  await untilSeen(
    watches,
    (now) =>
      now.deployment.metadata.generation > generation ||
      (now.deployment.metadata.generation === generation &&
        isReleaseTaken(now.deployment, now.sets, maxUnavailable)),
    signal,
  );
  await brake(tools, signal);
  return true;
}

export type BrakeTools = Pick<
  StepTools,
  'kube' | 'clock' | 'watches' | 'holdsLease' | 'onBrake' | 'onNotice'
>;

/**
 * Retries until every brake is on. A process that was stopped for longer than its Lease must not pause a Deployment that
 * another one has finished meanwhile: each attempt is bound to a version that was read while the Lease was still held, and
 * the next holder changes it first.
 */
export async function brake(
  { kube, clock, watches, holdsLease, onBrake, onNotice }: BrakeTools,
  signal: AbortSignal,
): Promise<void> {
  let told = '';
  let { deployment } = look(watches);
  const { uid } = deployment.metadata;
  let conflicts = 0;
  for (let isStale = false; ; isStale = true) {
    let why = 'another process may hold the Lease';
    try {
      if (isStale) deployment = await getDeployment(kube, deployment);
      if (deployment.metadata.uid !== uid) return;
      if (holdsLease()) {
        const fields = keepingSurge(deployment, BRAKED);
        const { metadata } = await patchDeployment(kube, deployment, fields, { unchanged: true });
        onBrake({ may: [BRAKED], generation: metadata.generation });
        if (told !== '') onNotice('the Deployment is paused again');
        return;
      }
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error;
      why = error.message;
      conflicts = error instanceof ApiError && error.code === 409 ? conflicts + 1 : 0;
      if (conflicts > 0 && conflicts % MOST_CONFLICTS !== 0) continue;
    }
    const message = `the Deployment could not be paused, retrying: ${why}`;
    if (message !== told) onNotice(message);
    told = message;
    await delay(clock, RETRY_MS, signal);
  }
}

/**
 * After a write without a response: changes the object, so that the write, which requires the previous
 * resourceVersion, can no longer succeed, and returns the object's state. Retries until that is known.
 */
async function fence(
  { kube, clock, unanswered }: StepTools,
  path: string,
  { uid, resourceVersion }: { uid: string; resourceVersion: string },
  signal: AbortSignal,
): Promise<unknown> {
  const body = { metadata: { uid, annotations: { [FENCE_ANNOTATION]: resourceVersion } } };
  unanswered.add(path);
  for (;;) {
    try {
      const answer = await kube.request({ method: 'PATCH', patch: 'merge', path, body });
      unanswered.delete(path);
      return answer;
    } catch (error) {
      if (!isLost(error)) throw error;
      await delay(clock, RETRY_MS, signal);
    }
  }
}

/** Whether the API server may have carried out the request, or still may. */
export function isLost(error: unknown): boolean {
  return (error instanceof ApiError || error instanceof ConnectionError) && isNoAnswer(error);
}

/** Reports what is being waited for, and renews the reservation, while the controller does not act. */
async function remind(
  { clock, reserve, onNotice }: StepTools,
  chosen: readonly ZonedPod[],
  signal: AbortSignal,
): Promise<void> {
  try {
    for (let waitedMs = SLOW_CONTROLLER_MS; ; waitedMs += SLOW_CONTROLLER_MS) {
      await delay(clock, SLOW_CONTROLLER_MS, signal);
      const names = listNames(chosen.map(({ name }) => name));
      const message = `the Deployment's controller has not removed ${names} for ${waitedMs / 1000}s; check that kube-controller-manager is running`;
      if (waitedMs === SLOW_CONTROLLER_MS) onNotice(message);
      await reserve(chosen);
    }
  } catch {
    // The step has ended, or the API server is unavailable: the next step reserves again.
  }
}
