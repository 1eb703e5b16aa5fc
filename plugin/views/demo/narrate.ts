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
          text: `store capacity ${formatWrites(capacity)} writes/s; steady load ${formatWrites(steadyWrites)}, and each of ${event.pods} ingesters adds ${formatWrites(writesPerFlush)} for ${formatDuration(event.flushMs)} when it exits`,
          tone: 'normal',
        },
        { atMs, text: `both start; time runs ${event.speed} times as fast`, tone: 'normal' },
      ];
    }
    case 'load': {
      const { side, flushing, zones, writesPerSecond } = event;
      const excess = writesPerSecond - (demand?.capacity ?? Number.POSITIVE_INFINITY);
      const who =
        flushing === 0
          ? 'no pod flushes'
          : `${plural(flushing, 'pod')} ${flushVerb(flushing)} in ${firstNames(zones)}`;
      const load = `${SIDE_NAMES[side]}: ${who}, ${formatWrites(writesPerSecond)} writes/s`;
      return excess > 0
        ? [{ atMs, text: `${load}, the store drops ${formatWrites(excess)} of them`, tone: 'bad' }]
        : [{ atMs, text: load, tone: 'normal' }];
    }
    case 'said':
      return [{ atMs, text: `  ${oneLine(event.line)}`, tone: 'faint' }];
    case 'settled':
      return [{ atMs, text: `${SIDE_NAMES[event.side]}: all pods are updated`, tone: 'good' }];
    case 'finished':
      return [];
  }
}
