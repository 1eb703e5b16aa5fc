import { firstNames, formatDuration, oneLine } from '../../../../shared/format.ts';
import type { RolloutEvent } from '../../../../shared/rollout/drive/events.ts';
import { countPods } from '../../../../shared/sentences.ts';
import type { LogLine } from '../../narration/log-line.ts';
import type { Narration, WaveTally } from './memory.ts';

type WaveBegun = Extract<RolloutEvent, { type: 'wave-begun' }>;
type PodBack = Extract<RolloutEvent, { type: 'pod-back' }>;

/** With pacing `stream` a zone is one long wave: recovered pods are reported in steps of this size. */
const STREAM_STEP = 10;

/** A wave is reported once; a refill only adds to the current wave. */
export function waveBegun(memory: Narration, event: WaveBegun): [Narration, LogLine[]] {
  const { wave: current } = memory;
  const refills = current !== undefined && current.zone === event.zone && current.out.size > 0;
  const wave: WaveTally = refills
    ? { ...current, out: new Set([...current.out, ...event.pods]), refilled: true }
    : { zone: event.zone, out: new Set(event.pods), back: 0, refilled: false, slowest: undefined };
  const next = { ...memory, wave, refusals: new Set<string>() };
  if (event.wave === 0) return [next, [{ atMs: event.atMs, text: oneLine(event.reason), tone: 'warn' }]];
  if (refills) return [next, []];
  const text = `wave ${event.wave} in ${event.zone}: ${firstNames(event.pods)}`;
  return [next, [{ atMs: event.atMs, text, tone: 'strong' }]];
}

/** Recovered pods are reported when the wave is complete, with the slowest of them. */
export function podBack(memory: Narration, event: PodBack): [Narration, LogLine[]] {
  const { wave: before } = memory;
  if (!before?.out.has(event.pod)) return [memory, [alone(event)]];
  const out = new Set(before.out);
  out.delete(event.pod);
  const slowest =
    before.slowest && before.slowest.tookMs >= event.tookMs
      ? before.slowest
      : { pod: event.pod, tookMs: event.tookMs };
  const wave = { ...before, out, back: before.back + 1, slowest };
  return [{ ...memory, wave }, backLines(wave, slowest, event)];
}

function backLines(wave: WaveTally, slowest: { pod: string; tookMs: number }, event: PodBack): LogLine[] {
  const { atMs } = event;
  const tail = `slowest ${slowest.pod} in ${formatDuration(slowest.tookMs)}`;
  if (wave.out.size > 0) {
    if (!wave.refilled || wave.back % STREAM_STEP !== 0) return [];
    return [
      {
        atMs,
        text: `${wave.zone}: ${countPods(wave.back)} back, ${wave.out.size} down, ${tail}`,
        tone: 'normal',
      },
    ];
  }
  if (wave.back === 1) return [alone(event)];
  return [{ atMs, text: `${wave.zone}: ${wave.back} of ${wave.back} back, ${tail}`, tone: 'normal' }];
}

function alone({ atMs, zone, pod, tookMs }: PodBack): LogLine {
  return { atMs, text: `${zone}: ${pod} back in ${formatDuration(tookMs)}`, tone: 'normal' };
}
