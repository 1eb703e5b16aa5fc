import type { ProbeSample } from '../../../shared/drive/probe-news.ts';
import { type Cell, fitted, type TimeLine } from '../../probe/decide/time-line.ts';
import type { Tone } from '../narration/tone.ts';
import type { Section } from '../terminal/allot.ts';
import { LABEL_WIDTH } from '../terminal/labelled.ts';
import { type Line, type Span, span, widthOf } from '../terminal/line.ts';
import { gap } from '../terminal/sections.ts';
import type { Theme } from '../terminal/theme.ts';
import { formatMilliseconds } from './milliseconds.ts';
import type { ProbeState } from './state.ts';

const LEVELS = { unicode: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'], ascii: ['.', ':', '#'] } as const;
/** Space for the figure behind a chart. */
const SCALE_WIDTH = 12;

/**
 * Rate, latency and failures on a time line with marks, and a gap below; empty without probes.
 *
 * @param marks what the marks are: `waves` or `zones`
 */
export function probeSections(state: ProbeState, marks: string, columns: number, theme: Theme): Section[] {
  const { latest } = state;
  if (!latest) return [];
  const line = fitted(state.line, Math.max(1, columns - LABEL_WIDTH - SCALE_WIDTH));
  const lines = [
    figures(state, latest),
    latency(line.cells, theme),
    failures(line.cells, theme),
    markLine(line, marks),
  ];
  // If rows are scarce, the last ones are dropped first.
  return [{ rank: 7, min: 1, want: lines.length, draw: (height) => lines.slice(0, height) }, gap];
}

function figures({ requests, failed }: ProbeState, latest: ProbeSample): Line {
  const rate = latest.forMs > 0 ? Math.round((latest.requests * 1000) / latest.forMs) : 0;
  const times =
    latest.medianMs === undefined || latest.slowestMs === undefined
      ? 'no answers'
      : `median ${formatMilliseconds(latest.medianMs)}, slowest ${formatMilliseconds(latest.slowestMs)}`;
  const tone = failed > 0 ? 'bad' : 'good';
  // The most important figures first: a narrow terminal cuts off the rest.
  return row('probes', tone, [
    span(failed === 0 ? `none of ${requests} failed` : `${failed} of ${requests} failed`, tone),
    span(`; ${rate} a second, ${times}`),
  ]);
}

function latency(cells: readonly Cell[], theme: Theme): Line {
  const glyphs = /^[ -~]*$/.test(theme.ellipsis) ? LEVELS.ascii : LEVELS.unicode;
  const slowestMs = Math.max(1, ...cells.map((cell) => cell.slowestMs ?? 0));
  const drawn = cells.map(({ slowestMs: ms }) => {
    if (ms === undefined) return ' ';
    return glyphs[Math.min(glyphs.length - 1, Math.floor((ms / slowestMs) * glyphs.length))] ?? ' ';
  });
  return row('latency', 'faint', [
    span(drawn.join(''), 'busy'),
    span(`  ${formatMilliseconds(slowestMs)}`, 'faint'),
  ]);
}

function failures(cells: readonly Cell[], { cells: looks }: Theme): Line {
  const most = Math.max(0, ...cells.map(({ failed }) => failed));
  const spans = cells.map(({ requests, failed }) =>
    failed > 0 ? span(looks.unready, 'bad') : span(requests > 0 ? '.' : ' ', 'faint'),
  );
  return row('failed', most > 0 ? 'bad' : 'faint', [
    ...spans,
    span(most > 0 ? `  up to ${most}` : '', 'bad'),
  ]);
}

/** Each mark at its time, unless the previous one needs the space. */
function markLine({ startMs = 0, cellMs, marks }: TimeLine, name: string): Line {
  let text = '';
  for (const { atMs, label } of marks) {
    const column = Math.max(0, Math.floor((atMs - startMs) / cellMs));
    const width = widthOf(text);
    if (width > 0 && column <= width) continue;
    text = `${text}${' '.repeat(column - width)}${label}`;
  }
  return row(name, 'faint', [span(text, 'strong')]);
}

function row(label: string, tone: Tone, spans: readonly Span[]): Line {
  return [span(label.padEnd(LABEL_WIDTH), tone), ...spans];
}
