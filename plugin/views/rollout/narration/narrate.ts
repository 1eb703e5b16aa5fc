/**
 * Turns events into the sentences that people read, in a log or in the last lines of the Ink view. Pure: what has
 * been told is in the memory. What 300 pods would repeat is folded: pods back are told per wave, a reason to wait or
 * a refused eviction when it changes, a pod in trouble once per zone and reason.
 */

import { formatDuration, oneLine, shortRevision } from '../../../../shared/format.ts';
import type { RolloutEvent } from '../../../../shared/rollout/drive/events.ts';
import { countPods } from '../../../../shared/sentences.ts';
import { pause, tellCommon, waitingSentence, withoutNumbers } from '../../narration/common.ts';
import type { Sentence, Teller, Told } from '../../narration/sentence.ts';
import type { Tone } from '../../narration/tone.ts';
import { tellProbe } from '../../probe/narrate.ts';
import { summaryLines } from '../summary.ts';
import { type Narration, NOTHING_TOLD } from './memory.ts';
import { snapshotSeen } from './snapshots.ts';
import { podBack, waveBegun } from './waves.ts';

type EventOf<T extends RolloutEvent['type']> = Extract<RolloutEvent, { type: T }>;

export const rolloutTeller: Teller<RolloutEvent, Narration> = {
  nothingTold: NOTHING_TOLD,
  tell: narrate,
  closing: (event) => (event.type === 'finished' ? summaryLines(event.summary) : []),
};

/**
 * What there is to tell about an event.
 *
 * @returns the memory for the next event, and none, one or more sentences
 */
export function narrate(memory: Narration, event: RolloutEvent): Told<Narration> {
  const [next, sentences] = tell(memory, event);
  const interrupts = sentences.length > 0 && event.type !== 'waiting' && event.type !== 'blocked';
  return [interrupts ? { ...next, waitingFor: undefined } : next, sentences];
}

function tell(memory: Narration, event: RolloutEvent): Told<Narration> {
  const say = (text: string, tone: Tone = 'normal'): Told<Narration> => [
    memory,
    [{ atMs: event.atMs, text, tone }],
  ];
  switch (event.type) {
    case 'started':
      return started(memory, event);
    case 'wave-begun':
      return waveBegun(memory, event);
    case 'pod-evicted':
    // The reason with which the rollout stops says it all.
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
      return tellProbe(memory, event);
    case 'notice':
    case 'blocked':
    case 'connection-lost':
    case 'connection-restored':
    case 'finished':
      return tellCommon(memory, event);
  }
}

function started(memory: Narration, event: EventOf<'started'>): Told<Narration> {
  const { workload, stale, total, atMs } = event;
  const revision = shortRevision(event.updateRevision, workload.name);
  const text = [
    `${workload.kind} ${workload.namespace}/${workload.name}:`,
    event.resumed ? 'goes on,' : '',
    `${stale} of ${countPods(total)} to replace with revision ${revision}`,
  ];
  const sentence: Sentence = { atMs, text: text.filter(Boolean).join(' '), tone: 'strong' };
  return [{ ...memory, workloadName: workload.name }, [sentence]];
}

function refused(memory: Narration, event: EventOf<'eviction-refused'>): Told<Narration> {
  const reason = oneLine(event.reason);
  if (memory.refusals.has(reason)) return [memory, []];
  const retry = event.retryInMs === undefined ? '' : `; tries again in ${formatDuration(event.retryInMs)}`;
  const text = `${event.zone}: eviction of ${event.pod} refused: ${reason}${retry}`;
  const next = { ...memory, refusals: new Set([...memory.refusals, reason]) };
  return [next, [{ atMs: event.atMs, text, tone: 'warn' }]];
}

/** What holds is told by the reason to stop. Elsewhere many end like that, and the first one speaks for all. */
function killed(memory: Narration, { atMs, pod, how, holds }: EventOf<'pod-killed'>): Told<Narration> {
  if (holds || memory.killTold) return [memory, []];
  const text = `${pod} ${how}; with --flush this would stop the rollout`;
  return [{ ...memory, killTold: true }, [{ atMs, text, tone: 'warn' }]];
}

/** That a wave is waited for goes without saying; all other waiting is told when its reason changes. */
function waiting(memory: Narration, event: EventOf<'waiting'>): Told<Narration> {
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
  return pause(memory, `${event.for} ${subject}`, waitingSentence(event));
}
