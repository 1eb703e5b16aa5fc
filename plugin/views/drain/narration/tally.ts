import { firstNames, plural } from '../../../../shared/format.ts';
import { countPods } from '../../../../shared/sentences.ts';
import type { LogLine } from '../../narration/log-line.ts';
import { nameZone } from '../names.ts';
import type { DrainNarration, Tally } from './memory.ts';

/** Ongoing evictions are reported at this interval. */
const WAVE_MS = 10_000;

type Counted = Pick<Tally, 'kind' | 'zone' | 'atMs'> & { name: string; node: string };

/** Adds to the events to be reported together; if they are of another kind, reports those first. */
export function count(memory: DrainNarration, counted: Counted): [DrainNarration, LogLine[]] {
  const { kind, zone, atMs, name, node } = counted;
  const { tally } = memory;
  const belongs =
    tally?.kind === kind && tally.zone === zone && atMs - tally.sinceMs < WAVE_MS ? tally : undefined;
  const next: Tally = {
    kind,
    zone,
    names: [...(belongs?.names ?? []), name],
    nodes: new Set([...(belongs?.nodes ?? []), node]),
    sinceMs: belongs?.sinceMs ?? atMs,
    atMs,
  };
  return [{ ...memory, tally: next }, belongs ? [] : describeTally(tally)];
}

/** Reports the counted events, before something else is reported. */
export function settle(memory: DrainNarration): [DrainNarration, LogLine[]] {
  return [{ ...memory, tally: undefined }, describeTally(memory.tally)];
}

/** Reports the counted events if they are old. */
export function settleOld(memory: DrainNarration, atMs: number): [DrainNarration, LogLine[]] {
  const { tally } = memory;
  return tally && atMs - tally.sinceMs >= WAVE_MS ? settle(memory) : [memory, []];
}

function describeTally(tally: Tally | undefined): LogLine[] {
  if (!tally) return [];
  const { kind, zone, names, nodes, atMs } = tally;
  const text =
    kind === 'cordoned'
      ? `cordoned ${firstNames(names)}`
      : `${countPods(names.length)} of ${plural(nodes.size, 'node')} evicted: ${firstNames(names)}`;
  return [{ atMs, text: `${nameZone(zone)}: ${text}`, tone: 'normal' }];
}
