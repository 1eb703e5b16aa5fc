import type { Clock } from '../../../shared/clock.ts';
import type { OutputStream } from '../../cli/context.ts';
import { writeLines } from '../../cli/output.ts';
import type { FlushReporter } from '../../demo/flush/events.ts';
import { plainReporter } from '../narration/plain.ts';
import type { Line } from '../terminal/line.ts';
import { sizeOf } from '../terminal/screen.ts';
import { themeFor } from '../terminal/theme.ts';
import { figureLines } from './figures.ts';
import { glyphsFor } from './glyphs.ts';
import { flushNarrator } from './narrate.ts';
import { pictureLines } from './picture.ts';
import { INITIAL_STATE, reduceFlush } from './state.ts';

/** Enough for the finest scale of three ingesters. */
const ROWS = 20;

export interface FlushPlainOptions {
  stdout: OutputStream;
  env: Readonly<Record<string, string | undefined>>;
  colour: boolean;
  clock: Clock;
}

/** Reports events line by line, and at the end draws the charts and writes the figures. */
export function flushPlain({ stdout, env, colour, clock }: FlushPlainOptions): FlushReporter {
  const lines = plainReporter(flushNarrator, { stdout, colour, clock });
  let state = INITIAL_STATE;
  return {
    report(event) {
      state = reduceFlush(state, event);
      lines.report(event);
      if (event.type !== 'finished' || !state.started) return;
      const glyphs = glyphsFor(themeFor(env));
      const columns = sizeOf(stdout).columns - 1;
      const picture = pictureLines({ state, nowMs: event.atMs, columns, rows: ROWS, glyphs });
      const all = [...picture.map(textOf), '', ...figureLines(event, state.started.demand.capacity)];
      writeLines(stdout, ['', ...all]);
    },
    close: () => lines.close(),
  };
}

function textOf(line: Line): string {
  return line
    .map(({ text }) => text)
    .join('')
    .trimEnd();
}
