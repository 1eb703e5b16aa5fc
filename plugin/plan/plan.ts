import { formatDuration } from '../../shared/format.ts';
import { disruptionLimit } from '../../shared/rollout/decide/limits.ts';
import { byOrdinalDescending, orderZones } from '../../shared/rollout/decide/order.ts';
import type { ObservedPod } from '../../shared/rollout/decide/types.ts';
import { explainUnknownZone } from '../../shared/rollout/decide/unknown-zone.ts';
import { countPods } from '../../shared/sentences.ts';
import { type Choice, choicesOf, type Fleet } from './decide/choices.ts';
import { type StoreLoad, safeFlushes, storeLoad, writesWhile } from './decide/store-load.ts';
import { type FlushTime, flushTime, type StartTime, startTime } from './decide/times.ts';
import type { ZonePods } from './decide/waves.ts';
import type { GivenLoad } from './load-options.ts';
import type { Survey } from './survey.ts';

/** The table of choices before a rollout; as JSON it is a stable interface. What is unknown is null. */
export interface ChoicesPlan {
  type: 'choices';
  workload: Survey['workload'];
  /** Pods that are replaced. */
  pods: number;
  /** In the order in which they are taken; the zone is null where no pod has one. */
  zones: readonly { zone: string | null; pods: number }[];
  startTime: Pick<StartTime, 'source' | 'pods'> & { ms: number };
  flushTime: Omit<FlushTime, 'pod'> & { pod: string | null };
  minReadyMs: number;
  /** The successor starts while the old pod flushes: a Deployment's does, a StatefulSet's cannot. */
  startsWhileFlushing: boolean;
  /** Null where nothing is said of the series. */
  store: PlannedStore | null;
  choices: readonly PlannedChoice[];
  notes: readonly string[];
}

/** Rates per second. */
export interface PlannedStore extends StoreLoad {
  /** With all pods flushing together, as in a rollout that nothing holds back. */
  allFlushing: number;
  capacity: number | null;
  /** The most pods of a zone that may flush together, at most the largest zone; null without a capacity. */
  safePods: number | null;
}

export interface PlannedChoice extends Choice {
  /** With the largest wave flushing. */
  writesPerSecond: number | null;
  safe: boolean | null;
}

/** Works out what each choice would come to if every pod of the workload were replaced and nothing went wrong. */
export function planChoices(survey: Survey, given: GivenLoad): ChoicesPlan {
  const { observation, pods, minReadyMs, workload } = survey;
  const zones = podsByZone(observation.pods);
  const count = zones.reduce((sum, zone) => sum + zone.pods.length, 0);
  const largestZone = Math.max(0, ...zones.map((zone) => zone.pods.length));
  const asked = { maxUnavailable: { kind: 'count', count: largestZone } } as const;
  const limit = disruptionLimit(observation, asked, zones.length);

  const starting = startTime(given.startMs, pods);
  const flushing = flushTime(given.flushMs, pods, survey.nowMs);
  const startsWhileFlushing = workload.kind === 'deployment';
  const fleet: Fleet<ObservedPod> = {
    zones,
    limit: limit.pods,
    replacementMs: (pod) => {
      const startMs = starting.of(pod) + minReadyMs;
      return startsWhileFlushing ? Math.max(flushing.ms, startMs) : flushing.ms + startMs;
    },
  };

  const load = given.held && count > 0 ? storeLoad(given.held, count) : undefined;
  const safe = load && given.capacity !== undefined ? safeFlushes(load, given.capacity) : undefined;
  return {
    type: 'choices',
    workload,
    pods: count,
    zones: zones.map(({ zone, pods: there }) => ({ zone: zone || null, pods: there.length })),
    startTime: { source: starting.source, ms: starting.typicalMs, pods: starting.pods },
    flushTime: { ...flushing, pod: flushing.pod ?? null },
    minReadyMs,
    startsWhileFlushing,
    store: load
      ? {
          ...load,
          allFlushing: writesWhile(load, count),
          capacity: given.capacity ?? null,
          safePods: safe === undefined ? null : Math.min(safe, limit.pods),
        }
      : null,
    choices: choicesOf(fleet, safe).map((choice) => ({
      ...choice,
      writesPerSecond: load ? writesWhile(load, choice.podsDown) : null,
      safe: safe === undefined ? null : choice.podsDown <= safe,
    })),
    notes: [...(limit.capped === undefined ? [] : [limit.capped]), ...notesOf(survey, zones, flushing)],
  };
}

/** In the rollout's own order. Pods that no node has yet are left out; those on nodes without a label share a zone. */
function podsByZone(pods: readonly ObservedPod[]): ZonePods<ObservedPod>[] {
  const placed = pods.filter(({ surplus, node }) => !surplus && node !== undefined);
  const zones = Map.groupBy(placed, ({ zone = '' }) => zone);
  return orderZones(zones.keys(), []).map((zone) => ({
    zone,
    pods: [...(zones.get(zone) ?? [])].sort(byOrdinalDescending),
  }));
}

function notesOf(
  { observation }: Survey,
  zones: readonly ZonePods<ObservedPod>[],
  { source, ms, graceMs }: FlushTime,
): string[] {
  const notes: string[] = [];
  const placed = zones.flatMap(({ pods }) => pods);
  const absent = observation.replicas - placed.length;
  if (absent > 0) notes.push(`${countPods(absent)} of ${observation.replicas} on no node now: not counted`);
  const unlabelled = placed.filter(({ zone }) => zone === undefined);
  if (unlabelled.length > 0) {
    const { reason } = explainUnknownZone(unlabelled, observation.nodesForbidden === true);
    notes.push(`${countPods(unlabelled.length)} planned as one zone, which a rollout refuses: ${reason}`);
  }
  if (source === 'given' && ms > graceMs) {
    notes.push(
      `a flush of ${formatDuration(ms)} is longer than terminationGracePeriodSeconds, ${graceMs / 1000}: pods would be killed before they have flushed`,
    );
  }
  return notes;
}
