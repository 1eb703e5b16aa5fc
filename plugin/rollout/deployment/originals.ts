import * as z from 'zod/mini';
import { parseJson } from '../../../shared/parse-json.ts';
import type { RolledDeployment } from '../../../shared/rollout/deployment-objects.ts';
import { isHeld } from '../../../shared/rollout/deployment-step.ts';

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

/** The API's own defaults: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#writing-a-deployment-spec */
const DEFAULTS = { progressDeadlineSeconds: 600, maxSurge: '25%', maxUnavailable: '25%' } as const;
/** For a Deployment that is held and of which nobody knows how it was: the least that it may do afterwards. */
const CAREFUL = { maxSurge: 0, maxUnavailable: 1 } as const;

export function encodeOriginals(originals: Originals): string {
  return JSON.stringify(originals);
}

/** @returns undefined for what `encodeOriginals` did not write */
export function decodeOriginals(text: string | undefined): Originals | undefined {
  return text === undefined ? undefined : parseJson(Originals, text);
}

/**
 * What to put back at the end of a rollout that begins, or goes on, with this Deployment.
 *
 * @param kept by a rollout that did not reach its end. Whatever somebody has set since wins, as far as it can be told
 *   from what that rollout left: the pause stays ours unless it was lifted
 */
export function originalsOf(deployment: RolledDeployment, kept: Originals | undefined): Originals {
  const { spec } = deployment;
  const { maxSurge = DEFAULTS.maxSurge, maxUnavailable = DEFAULTS.maxUnavailable } =
    spec.strategy.rollingUpdate ?? {};
  if (isHeld(deployment)) {
    const { progressDeadlineSeconds } = DEFAULTS;
    return kept ?? { paused: false, minReadySeconds: 0, progressDeadlineSeconds, rollingUpdate: CAREFUL };
  }
  const found: RollingUpdate = { maxSurge, maxUnavailable };
  const parked = kept && isSame(found, parkedRollingUpdate(kept.rollingUpdate));
  return {
    paused: spec.paused && (kept?.paused ?? true),
    minReadySeconds: spec.minReadySeconds,
    progressDeadlineSeconds: deployment.progressDeadlineSeconds ?? DEFAULTS.progressDeadlineSeconds,
    rollingUpdate: parked ? kept.rollingUpdate : found,
  };
}

/**
 * The rolling update of a Deployment whose rollout is not finished: without surge, for which even a paused one would get
 * more pods as long as it has several ReplicaSets, and with a maxUnavailable that is valid without it.
 */
export function parkedRollingUpdate({ maxUnavailable }: RollingUpdate): RollingUpdate {
  const isNone = typeof maxUnavailable === 'number' ? maxUnavailable === 0 : /^0+%$/.test(maxUnavailable);
  return { maxSurge: 0, maxUnavailable: isNone ? 1 : maxUnavailable };
}

function isSame(a: RollingUpdate, b: RollingUpdate): boolean {
  return a.maxSurge === b.maxSurge && a.maxUnavailable === b.maxUnavailable;
}
