import * as z from 'zod/mini';
import { parseJson } from '../../../parse-json.ts';
import { isHeld } from '../../decide/deployment-brake.ts';
import { OWN_MANAGER } from '../../decide/deployment-hands.ts';
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

/** The fields of a Deployment that the rollout changes, with their values from before it. */
export type Originals = z.infer<typeof Originals>;

/**
 * Stored on the Deployment, in the same write as the fields that replace them, so that they survive the loss of the
 * Lease or of this process. The controller copies the annotation to ReplicaSets, where it has no meaning.
 */
export const ORIGINALS_ANNOTATION = 'kubectl-zone.dev/held-before';

/** The API's own defaults: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#writing-a-deployment-spec */
const DEFAULTS = { progressDeadlineSeconds: 600, maxSurge: '25%', maxUnavailable: '25%' } as const;
/** For a Deployment that is on hold without stored originals: the most restrictive values to leave behind. */
const CAREFUL = { maxSurge: 0, maxUnavailable: 1 } as const;

/**
 * The rolling update of a Deployment whose rollout is unfinished: no surge, because with several ReplicaSets
 * even a paused Deployment would create the surge pods, and one pod at a time if it is resumed.
 */
export const PARKED_ROLLING_UPDATE: RollingUpdate = { maxSurge: 0, maxUnavailable: 1 };

export function encodeOriginals(originals: Originals): string {
  return JSON.stringify(originals);
}

/** @returns undefined for text that `encodeOriginals` did not write */
export function decodeOriginals(text: string | undefined): Originals | undefined {
  return text === undefined ? undefined : parseJson(Originals, text);
}

/**
 * The originals that an unfinished rollout stored; undefined if the Deployment is in its owner's state. If no
 * field shows traces of that rollout, `kubectl rollout undo` restored the annotation.
 */
export function keptOriginals(deployment: RolledDeployment): Originals | undefined {
  const { spec, metadata, managers } = deployment;
  const kept = decodeOriginals(metadata.annotations[ORIGINALS_ANNOTATION]);
  const { maxUnavailable } = spec.strategy.rollingUpdate ?? {};
  const isParked = maxUnavailable === PARKED_ROLLING_UPDATE.maxUnavailable;
  // GitOps may have put all other fields back, which Git knows.
  const isPausedByUs =
    spec.paused && managers.some(({ name, fields }) => name === OWN_MANAGER && fields.includes('paused'));
  return isHeld(deployment) || isParked || isPausedByUs ? kept : undefined;
}

/**
 * The values to restore at the end of a rollout that starts or resumes with this Deployment. Values set by
 * others since an unfinished rollout take precedence, as far as they differ from what it left behind: the
 * pause counts as ours unless it was lifted.
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
