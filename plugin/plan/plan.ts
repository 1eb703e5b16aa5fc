import { formatDuration } from '../../shared/format.ts';
import { NODE_ZONES } from '../../shared/kube/zones.ts';
import { disruptionLimit } from '../../shared/rollout/decide/limits.ts';
import { byOrdinalDescending, orderZones } from '../../shared/rollout/decide/order.ts';
import type { ObservedPod, ZoneOrigin } from '../../shared/rollout/decide/types.ts';
import { explainUnknownZone } from '../../shared/rollout/decide/unknown-zone.ts';
import { countPods } from '../../shared/sentences.ts';
import { type Choice, choicesOf, type Fleet } from './decide/choices.ts';
import { type StoreLoad, safeFlushes, storeLoad, writesWhile } from './decide/store-load.ts';
import { type FlushTime, flushTime, type StartTime, startTime } from './decide/times.ts';
import type { ZonePods } from './decide/waves.ts';
import type { GivenLoad } from './load-options.ts';
import type { Survey } from './survey.ts';

/** The compared settings; as JSON a stable interface. Unknown values are null. */
export interface ChoicesPlan {
  type: 'choices';
  workload: Survey['workload'];
  /** Pods that are replaced. */
  pods: number;
  /** In the order of the rollout; the zone is null if no pod has one. */
  zones: readonly { zone: string | null; pods: number }[];
  /** Where the zones come from. */
  zonesBy: ZoneOrigin;
  startTime: Pick<StartTime, 'source' | 'pods'> & { ms: number };
  flushTime: Omit<FlushTime, 'pod'> & { pod: string | null };
  minReadyMs: number;
  /** Whether the successor starts while the old pod flushes: true for a Deployment, impossible for a StatefulSet. */
  startsWhileFlushing: boolean;
  /** Null if the series are not given. */
  store: PlannedStore | null;
  choices: readonly PlannedChoice[];
  notes: readonly string[];
}

/** Rates per second. */
export interface PlannedStore extends StoreLoad {
  /** With all pods flushing together, as in an unlimited rollout. */
  allFlushing: number;
  capacity: number | null;
  /** The maximum number of pods of a zone that may flush together, at most the largest zone; null without a capacity. */
  safePods: number | null;
}

export interface PlannedChoice extends Choice {
  /** While the largest wave flushes. */
  writesPerSecond: number | null;
  safe: boolean | null;
}

/** Estimates the result of each setting if all pods of the workload were replaced without failures. */
export function planChoices(survey: Survey, given: GivenLoad, singleZone = false): ChoicesPlan {
  const { observation, pods, minReadyMs, workload } = survey;
  const zones = podsByZone(observation.pods);
  const count = zones.reduce((sum, zone) => sum + zone.pods.length, 0);
  const largestZone = Math.max(0, ...zones.map((zone) => zone.pods.length));
  const asked = { maxUnavailable: { kind: 'count', count: largestZone }, singleZone } as const;
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
    zonesBy: observation.zones ?? NODE_ZONES,
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

/**
 * In the order of the rollout. Pods are omitted that have no zone because they are not scheduled; those on nodes without
 * a zone label share one zone.
 */
function podsByZone(pods: readonly ObservedPod[]): ZonePods<ObservedPod>[] {
  const placed = pods.filter(({ surplus, node, zone }) => !surplus && (node ?? zone) !== undefined);
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
  if (absent > 0) notes.push(`${countPods(absent)} of ${observation.replicas} not scheduled: not counted`);
  const unlabelled = placed.filter(({ zone }) => zone === undefined);
  if (unlabelled.length > 0) {
    const { reason } = explainUnknownZone(unlabelled, observation);
    notes.push(
      `${countPods(unlabelled.length)} planned as one zone, but a rollout would refuse them: ${reason}`,
    );
  }
  if (source === 'given' && ms > graceMs) {
    notes.push(
      `a flush of ${formatDuration(ms)} is longer than terminationGracePeriodSeconds, ${graceMs / 1000}: pods would be killed before the flush is complete`,
    );
  }
  return notes;
}
