import { firstNames, formatDuration, oneLine, plural } from '../../../shared/format.ts';
import type { FlushEvent } from '../../demo/flush/events.ts';
import type { Demand } from '../../demo/flush/scenario.ts';
import type { LogLine, Narrator } from '../narration/log-line.ts';
import { formatWrites } from './chart.ts';
import { flushVerb, SIDE_NAMES } from './names.ts';

interface Memory {
  demand: Demand | undefined;
}

/** Reports the demo line by line; the charts and figures follow at the end. */
export const flushNarrator: Narrator<FlushEvent, Memory> = {
  initial: { demand: undefined },
  narrate(memory, event) {
    if (event.type !== 'started') return [memory, linesOf(event, memory.demand)];
    return [{ demand: event.demand }, linesOf(event, event.demand)];
  },
  closing: () => [],
};

function linesOf(event: FlushEvent, demand: Demand | undefined): LogLine[] {
  const { atMs } = event;
  switch (event.type) {
    case 'started': {
      const { capacity, steadyWrites, writesPerFlush } = event.demand;
      return [
        {
          atMs,
          text: `the store takes ${formatWrites(capacity)} writes/s; ${formatWrites(steadyWrites)} go on, and each of ${event.pods} ingesters adds ${formatWrites(writesPerFlush)} for ${formatDuration(event.flushMs)} when it exits`,
          tone: 'normal',
        },
        { atMs, text: `both begin; the clock runs ${event.speed} times as fast as yours`, tone: 'normal' },
      ];
    }
    case 'load': {
      const { side, flushing, zones, writesPerSecond } = event;
      const excess = writesPerSecond - (demand?.capacity ?? Number.POSITIVE_INFINITY);
      const who =
        flushing === 0
          ? 'none flushes'
          : `${plural(flushing, 'pod')} ${flushVerb(flushing)} in ${firstNames(zones)}`;
      const load = `${SIDE_NAMES[side]}: ${who}, ${formatWrites(writesPerSecond)} writes/s`;
      return excess > 0
        ? [{ atMs, text: `${load}, the store sheds ${formatWrites(excess)} of them`, tone: 'bad' }]
        : [{ atMs, text: load, tone: 'normal' }];
    }
    case 'said':
      return [{ atMs, text: `  ${oneLine(event.line)}`, tone: 'faint' }];
    case 'settled':
      return [{ atMs, text: `${SIDE_NAMES[event.side]}: every pod is new`, tone: 'good' }];
    case 'finished':
      return [];
  }
}
