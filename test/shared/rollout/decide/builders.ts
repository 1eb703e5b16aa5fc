import { emptyMemory, remember } from '../../../../shared/rollout/decide/memory.ts';
import type {
  Now,
  Observation,
  ObservedPod,
  RolloutInput,
  RolloutOptions,
} from '../../../../shared/rollout/decide/types.ts';

/** A moment long after every pod became ready. */
export const NOW_MS = 1_000_000;

export const OPTIONS: RolloutOptions = {
  maxUnavailable: { kind: 'count', count: 4 },
  exponentialFactor: 2,
  pacing: 'wave',
  zoneOrder: [],
  soakMs: 0,
  minReadyMs: 0,
  replaceUnready: false,
  maxLeaving: undefined,
  flush: false,
  singleZone: false,
};

/** A stale, available pod `ingester-<ordinal>`. */
export function pod(
  ordinal: number,
  zone: string | undefined,
  change: Partial<ObservedPod> = {},
): ObservedPod {
  return {
    name: `ingester-${ordinal}`,
    uid: `uid-${ordinal}`,
    ordinal,
    node: `node-${ordinal}`,
    zone,
    stale: true,
    terminating: false,
    surplus: false,
    readySinceMs: 0,
    problem: undefined,
    ...change,
  };
}

/** What makes a pod unready. */
export const DOWN = { readySinceMs: undefined, problem: 'CrashLoopBackOff' } as const;
/** What makes a pod one of the update revision, recreated. */
export const updated = (ordinal: number) => ({ stale: false, uid: `new-${ordinal}` });

/** Three zones with two pods each: 0, 3 in zone-a, 1, 4 in zone-b, 2, 5 in zone-c. */
export function sixPods(change: (ordinal: number) => Partial<ObservedPod> = () => ({})): ObservedPod[] {
  return [0, 1, 2, 3, 4, 5].map((ordinal) => pod(ordinal, `zone-${'abc'[ordinal % 3]}`, change(ordinal)));
}

export function observation(pods: readonly ObservedPod[], change: Partial<Observation> = {}): Observation {
  return {
    replicas: pods.length,
    updateRevision: 'rev-2',
    revisionObserved: true,
    orderedReady: false,
    pods,
    missing: [],
    ...change,
  };
}

/** When this machine started: the monotonic clock counts from then. */
const STARTED_MS = NOW_MS - 7_000_000;

/** A moment by both clocks. */
export function at(nowMs: number): Now {
  return { nowMs, monotonicMs: nowMs - STARTED_MS };
}

/** The decision's input, with the memory brought up to date as the driver does it. */
export function input(seen: Observation, change: Partial<RolloutInput> = {}): RolloutInput {
  const given: RolloutInput = {
    observation: seen,
    options: OPTIONS,
    memory: emptyMemory(seen.updateRevision),
    gates: [],
    ...at(change.nowMs ?? NOW_MS),
    ...change,
  };
  return { ...given, memory: remember(given.memory, seen, given.options, given) };
}
