import { formatDuration } from '../../../shared/format.ts';
import type { Section } from './allot.ts';
import type { Journal } from './journal.ts';
import { BLANK, type Line, span } from './line.ts';

const FEWEST_LOG_ROWS = 2;

/** A blank line, drawn if all other sections have their maximum. */
export const gap: Section = { rank: 11, min: 0, want: 1, draw: () => [BLANK] };

/** Lines of which as many as fit are shown, starting with the first. */
export function fixed(rank: number, lines: readonly Line[]): Section {
  return { rank, min: Math.min(1, lines.length), want: lines.length, draw: () => lines };
}

/** The last log lines, with the time since the first event, below a gap; empty if there are none. */
export function logSections(
  { log, firstEventAtMs = 0 }: Pick<Journal<unknown>, 'log' | 'firstEventAtMs'>,
  want: number,
): Section[] {
  if (log.length === 0) return [];
  const available = Math.min(Math.max(FEWEST_LOG_ROWS, want), log.length);
  const lines: Section = {
    rank: 12,
    min: Math.min(FEWEST_LOG_ROWS, available),
    want: available,
    draw: (height) =>
      log
        .slice(-height)
        .map(({ atMs, text, tone }) => [
          span(`${formatDuration(atMs - firstEventAtMs).padStart(8)}  `, 'faint'),
          span(text, tone === 'strong' ? 'normal' : tone),
        ]),
  };
  return [gap, lines];
}
