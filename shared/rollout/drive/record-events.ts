import type { Clock } from '../../clock.ts';
import { formatDuration } from '../../format.ts';
import { createEventRecorder, type NewEvent, type Regarding } from '../../kube/event-recorder.ts';
import { ApiError, type Kube } from '../../kube/kube.ts';
import { countPods, listNames } from '../../sentences.ts';
import type { Reporter, RolloutEvent, RolloutOutcome } from './events.ts';

export interface RecordEventsOptions {
  kube: Kube;
  clock: Clock;
  /** The members of the workload: each gets all Events. */
  members: readonly Regarding[];
  /** `user@host` of the rollout's process. */
  by: string;
}

/** Limits Events for a gate that flaps; the end of the rollout is always recorded. */
const RATE = { burst: 10, perMinute: 4 };
/** How long to wait at the end for pending Events. */
const LAST_EVENTS_MS = 2_000;

type EventText = Pick<NewEvent, 'type' | 'reason' | 'note'>;

const ENDS: Readonly<Record<RolloutOutcome, Pick<NewEvent, 'type' | 'reason'>>> = {
  done: { type: 'Normal', reason: 'RolloutDone' },
  stopped: { type: 'Warning', reason: 'RolloutStopped' },
  interrupted: { type: 'Warning', reason: 'RolloutInterrupted' },
  failed: { type: 'Warning', reason: 'RolloutFailed' },
};

/**
 * A reporter that also records the rollout's progress as Kubernetes Events on the workload, where `kubectl
 * describe` shows them. Best effort: the rollout does not wait for them, and without permission to write them
 * one notice is reported.
 */
export function recordEvents(reporter: Reporter, options: RecordEventsOptions): Reporter {
  const { kube, clock, members, by } = options;
  let forbidden = false;
  let finished = false;
  let held: string | undefined;
  const common = { kube, clock, controller: 'kubectl-zone.dev/rollout', instance: by, onError };
  const course = createEventRecorder({ ...common, ...RATE });
  const end = createEventRecorder({ ...common, burst: members.length, perMinute: 1 });

  function onError(error: unknown): void {
    if (forbidden || !(error instanceof ApiError && error.code === 403)) return;
    forbidden = true;
    if (finished) return;
    const names = members.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`);
    const message = `cannot record Kubernetes Events on ${listNames(names)}: ${error.message}`;
    reporter.report({ atMs: clock.nowMs(), type: 'notice', message });
  }

  function record(told: EventText, recorder = course): boolean {
    if (forbidden) return false;
    const recorded = members.map((regarding) =>
      recorder.record({ ...told, regarding, action: 'RollingOut' }),
    );
    return recorded.includes(true);
  }

  /** The end of a wait is recorded only if the wait was; if the rate limit was exceeded, with the next pod. */
  function tellHold(event: RolloutEvent): void {
    const news = newsIn(event);
    if (!news) return;
    if (news.held !== undefined && news.held !== held) {
      if (record({ type: 'Warning', reason: 'RolloutWaiting', note: news.held })) held = news.held;
    } else if (news.held === undefined && held !== undefined) {
      if (record({ type: 'Normal', reason: 'RolloutResumed', note: 'the rollout continues' }))
        held = undefined;
    }
  }

  return {
    report(event) {
      reporter.report(event);
      tellHold(event);
      if (event.type === 'started') record(startOf(event, by));
      if (event.type === 'zone-finished') record(zoneOf(event));
      if (event.type === 'finished') {
        finished = true;
        record({ ...ENDS[event.outcome], note: event.reason }, end);
      }
    },
    async close() {
      const written = Promise.all([course.settled(LAST_EVENTS_MS), end.settled(LAST_EVENTS_MS)]);
      await Promise.all([reporter.close(), written]);
    },
  };
}

function startOf(event: Extract<RolloutEvent, { type: 'started' }>, by: string): EventText {
  const { stale, total, updateRevision, resumed } = event;
  const what = `${stale} of ${countPods(total)} to replace with revision ${updateRevision}`;
  return {
    type: 'Normal',
    reason: 'RolloutStarted',
    note: `${resumed ? 'continuing, ' : ''}${what}, by ${by}`,
  };
}

function zoneOf({ zone, pods, tookMs }: Extract<RolloutEvent, { type: 'zone-finished' }>): EventText {
  const note = `${zone} finished: ${countPods(pods)} in ${formatDuration(tookMs)}`;
  return { type: 'Normal', reason: 'ZoneFinished', note };
}

/**
 * Why the rollout waits from this event on, or that it continues; undefined if the event changes neither. An
 * evicted pod does not show that it continues: its eviction may have been requested before the wait.
 */
function newsIn(event: RolloutEvent): { held: string | undefined } | undefined {
  switch (event.type) {
    case 'snapshot':
      return event.snapshot.status.kind === 'disrupting' ? { held: undefined } : undefined;
    case 'blocked':
      return { held: event.reason };
    case 'waiting':
      return { held: event.for === 'gate' ? event.reason : undefined };
    default:
      return undefined;
  }
}
