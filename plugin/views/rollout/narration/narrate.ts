/**
 * Turns events into text, for a log or the last lines of the Ink view. Pure: the memory contains what has been
 * reported. Repetitive events are folded: recovered pods are reported per wave, a reason to wait or a refused eviction
 * when it changes, a pod in trouble once per zone and reason.
 */

import { formatDuration, oneLine, shortRevision } from '../../../../shared/format.ts';
import type { RolloutSnapshot } from '../../../../shared/rollout/decide/snapshot.ts';
import type { RolloutEvent } from '../../../../shared/rollout/drive/events.ts';
import { countPods, listNames } from '../../../../shared/sentences.ts';
import { narrateCommon, pause, waitingLine, withoutNumbers } from '../../narration/common.ts';
import type { LogLine, Narrated, Narrator } from '../../narration/log-line.ts';
import type { Tone } from '../../narration/tone.ts';
import { narrateProbe } from '../../probe/narrate.ts';
import { summaryLines } from '../summary.ts';
import { flushesSeen } from './flushes.ts';
import { type Narration, NO_MEMORY } from './memory.ts';
import { describeTrouble, type Trouble, troublesOf } from './trouble.ts';
import { podBack, waveBegun } from './waves.ts';

type EventOf<T extends RolloutEvent['type']> = Extract<RolloutEvent, { type: T }>;

export const rolloutNarrator: Narrator<RolloutEvent, Narration> = {
  initial: NO_MEMORY,
  narrate,
  closing: (event) => (event.type === 'finished' ? summaryLines(event.summary) : []),
};

/**
 * The lines for an event.
 *
 * @returns the memory for the next event, and none, one or more lines
 */
export function narrate(memory: Narration, event: RolloutEvent): Narrated<Narration> {
  const [next, lines] = narrateEvent(memory, event);
  const interrupts = lines.length > 0 && event.type !== 'waiting' && event.type !== 'blocked';
  return [interrupts ? { ...next, waitingFor: undefined } : next, lines];
}

function narrateEvent(memory: Narration, event: RolloutEvent): Narrated<Narration> {
  const say = (text: string, tone: Tone = 'normal'): Narrated<Narration> => [
    memory,
    [{ atMs: event.atMs, text, tone }],
  ];
  switch (event.type) {
    case 'started':
      return started(memory, event);
    case 'wave-begun':
      return waveBegun(memory, event);
    case 'pod-evicted':
    // Already contained in the reason with which the rollout stops.
    case 'failed-pods':
      return [memory, []];
    case 'eviction-refused':
      return refused(memory, event);
    case 'pod-back':
      return podBack(memory, event);
    case 'pod-killed':
      return killed(memory, event);
    case 'zone-finished':
      return say(
        `${event.zone} finished: ${countPods(event.pods)} in ${formatDuration(event.tookMs)}`,
        'good',
      );
    case 'revision-changed': {
      const [from, to] = [event.from, event.to].map((name) => shortRevision(name, memory.workloadName));
      return say(`the update revision changed from ${from} to ${to}`, 'warn');
    }
    case 'waiting':
      return waiting(memory, event);
    case 'snapshot':
      return snapshotSeen(memory, event.atMs, event.snapshot);
    case 'probes':
    case 'probe-failed':
      return narrateProbe(memory, event);
    case 'notice':
    case 'blocked':
    case 'connection-lost':
    case 'connection-restored':
    case 'finished':
      return narrateCommon(memory, event);
  }
}

function started(memory: Narration, event: EventOf<'started'>): Narrated<Narration> {
  const { workload, stale, total, atMs } = event;
  const revision = shortRevision(event.updateRevision, workload.name);
  const text = [
    `${workload.kind} ${workload.namespace}/${workload.name}:`,
    event.resumed ? 'continuing,' : '',
    `${stale} of ${countPods(total)} to replace with revision ${revision}`,
  ];
  const line: LogLine = { atMs, text: text.filter(Boolean).join(' '), tone: 'strong' };
  return [{ ...memory, workloadName: workload.name }, [line]];
}

function refused(memory: Narration, event: EventOf<'eviction-refused'>): Narrated<Narration> {
  const reason = oneLine(event.reason);
  if (memory.refusals.has(reason)) return [memory, []];
  const retry = event.retryInMs === undefined ? '' : `; retrying in ${formatDuration(event.retryInMs)}`;
  const text = `${event.zone}: eviction of ${event.pod} refused: ${reason}${retry}`;
  const next = { ...memory, refusals: new Set([...memory.refusals, reason]) };
  return [next, [{ atMs: event.atMs, text, tone: 'warn' }]];
}

/**
 * If it stops the rollout, it is reported as the reason. Otherwise many pods may be killed, and only the first is
 * reported.
 */
function killed(memory: Narration, { atMs, pod, how, holds }: EventOf<'pod-killed'>): Narrated<Narration> {
  if (holds || memory.killTold) return [memory, []];
  const text = `${pod} ${how}; with --flush this would stop the rollout`;
  return [{ ...memory, killTold: true }, [{ atMs, text, tone: 'warn' }]];
}

/** Waiting for a wave is not reported; other waiting is reported when its reason changes. */
function waiting(memory: Narration, event: EventOf<'waiting'>): Narrated<Narration> {
  const out = memory.wave?.out;
  if (
    event.for === 'availability' &&
    event.pods.length > 0 &&
    out &&
    event.pods.every((pod) => out.has(pod))
  ) {
    return [memory, []];
  }
  const byPods = event.for === 'availability' || event.for === 'leaving';
  const subject = byPods ? event.pods.join() : withoutNumbers(event.reason);
  return pause(memory, `${event.for} ${subject}`, waitingLine(event));
}

/** The first snapshot reports what is replaced; each one reports new troubles and pods that take long to terminate. */
function snapshotSeen(memory: Narration, atMs: number, now: RolloutSnapshot): [Narration, LogLine[]] {
  const troubles = troublesOf(now);
  const fresh = troubles.filter(({ zone, detail }) => !memory.troubles.get(zone)?.has(detail));
  const lines = fresh.map((trouble): LogLine => ({ atMs, text: describeTrouble(trouble), tone: 'bad' }));
  const introduction = memory.introduced ? [] : introduce(atMs, now);
  const [flushes, flushing] = flushesSeen(memory.flushes, atMs, now);
  const next = { ...memory, introduced: true, troubles: rememberTroubles(memory, troubles), flushes };
  return [next, [...introduction, ...lines, ...flushing]];
}

/** The reason of a crashing container keeps changing: a zone's reasons are forgotten when it has recovered. */
function rememberTroubles(memory: Narration, troubles: readonly Trouble[]): Narration['troubles'] {
  const byZone = Map.groupBy(troubles, ({ zone }) => zone);
  return new Map(
    [...byZone].map(([zone, group]) => [
      zone,
      new Set([...(memory.troubles.get(zone) ?? []), ...group.map(({ detail }) => detail)]),
    ]),
  );
}

function introduce(atMs: number, { oldRevisions, imageChanges, workload }: RolloutSnapshot): LogLine[] {
  if (oldRevisions.length === 0) return [];
  const old = oldRevisions.map(
    ({ revision, pods }) => `${shortRevision(revision, workload.name)} (${countPods(pods)})`,
  );
  const images = imageChanges.length === 0 ? '' : `; ${imageChanges.map(oneLine).join(', ')}`;
  return [{ atMs, text: `replaces revision ${listNames(old)}${images}`, tone: 'normal' }];
}
