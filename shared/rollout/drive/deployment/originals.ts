import * as z from 'zod/mini';
import { parseJson } from '../../../parse-json.ts';
import { isHeld } from '../../decide/deployment-brake.ts';
import type { RolledDeployment } from '../../decide/deployment-objects.ts';

const RollingUpdate = z.object({
  maxSurge: z.union([z.number(), z.string()]),
  maxUnavailable: z.union([z.number(), z.string()]),
});
export type RollingUpdate = z.infer<typeof RollingUpdate>;

const Originals = z.object({
  paused: z.boolean(),
  minReadySeconds: z.number(),
  progressDeadlineSeconds: z.number(),
  rollingUpdate: RollingUpdate,
});

/** What a Deployment was like before its rollout, in the fields that the rollout changes. */
export type Originals = z.infer<typeof Originals>;

/**
 * Where they are kept: on the Deployment, written together with the fields that take their place, so that nothing is lost
 * with the Lease or with our process. Its controller copies it to ReplicaSets, where it means nothing.
 */
export const ORIGINALS_ANNOTATION = 'kubectl-zone.dev/held-before';

/** The API's own defaults: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#writing-a-deployment-spec */
const DEFAULTS = { progressDeadlineSeconds: 600, maxSurge: '25%', maxUnavailable: '25%' } as const;
/** For a Deployment that is held and of which nobody knows how it was: the least that it may do afterwards. */
const CAREFUL = { maxSurge: 0, maxUnavailable: 1 } as const;

/**
 * The rolling update of a Deployment whose rollout is not finished: without surge, for which even a paused one would get
 * more pods as long as it has several ReplicaSets, and one pod at a time for who resumes it.
 */
export const PARKED_ROLLING_UPDATE: RollingUpdate = { maxSurge: 0, maxUnavailable: 1 };

export function encodeOriginals(originals: Originals): string {
  return JSON.stringify(originals);
}

/** @returns undefined for what `encodeOriginals` did not write */
export function decodeOriginals(text: string | undefined): Originals | undefined {
  return text === undefined ? undefined : parseJson(Originals, text);
}

/**
 * What an unfinished rollout has kept about how the Deployment was; undefined where it is as its owner wants it. Without
 * a trace of that rollout in its fields the annotation is one that `kubectl rollout undo` has brought back.
 */
export function keptOriginals(deployment: RolledDeployment): Originals | undefined {
  const { spec, metadata } = deployment;
  const kept = decodeOriginals(metadata.annotations[ORIGINALS_ANNOTATION]);
  const { maxUnavailable } = spec.strategy.rollingUpdate ?? {};
  const isParked = maxUnavailable === PARKED_ROLLING_UPDATE.maxUnavailable;
  return isHeld(deployment) || isParked ? kept : undefined;
}

/**
 * What to put back at the end of a rollout that begins, or resumes, with this Deployment. Whatever somebody has set since
 * an unfinished rollout wins, as far as it can be told from what that rollout left: the pause stays ours unless it was
 * lifted.
 */
export function originalsOf(deployment: RolledDeployment): Originals {
  const { spec } = deployment;
  const kept = keptOriginals(deployment);
  if (isHeld(deployment)) {
    const { progressDeadlineSeconds } = DEFAULTS;
    return kept ?? { paused: false, minReadySeconds: 0, progressDeadlineSeconds, rollingUpdate: CAREFUL };
  }
  const { maxSurge = DEFAULTS.maxSurge, maxUnavailable = DEFAULTS.maxUnavailable } =
    spec.strategy.rollingUpdate ?? {};
  return {
    paused: spec.paused && (kept?.paused ?? true),
    minReadySeconds: spec.minReadySeconds,
    progressDeadlineSeconds: deployment.progressDeadlineSeconds ?? DEFAULTS.progressDeadlineSeconds,
    rollingUpdate: kept?.rollingUpdate ?? { maxSurge, maxUnavailable },
  };
}
