import { formatDuration, oneLine } from '../../../shared/format.ts';
import type { Tone } from '../narration/tone.ts';
import { labelled } from './labelled.ts';
import { type Line, span } from './line.ts';
import type { Theme } from './theme.ts';

/** The current status and its reason, and what would resolve a `blocked`. */
export interface StatusFacts {
  kind: keyof typeof LABELS;
  reason: string;
  fix: string | undefined;
}

const LABELS = {
  disrupting: { text: 'now', tone: 'busy' },
  cordoning: { text: 'now', tone: 'busy' },
  evicting: { text: 'now', tone: 'busy' },
  waiting: { text: 'waiting', tone: 'warn' },
  blocked: { text: 'blocked', tone: 'bad' },
  disconnected: { text: 'offline', tone: 'bad' },
  stopping: { text: 'stopping', tone: 'warn' },
  done: { text: 'done', tone: 'good' },
} as const satisfies Record<string, { text: string; tone: Tone }>;

/** The status and, if there is room, what would resolve it. */
export function statusLines(now: StatusFacts, columns: number, maxRows: number, theme: Theme): Line[] {
  const layout = { columns, ellipsis: theme.ellipsis };
  const fixRows = now.fix === undefined ? 0 : Math.floor(maxRows / 2);
  const fix =
    now.fix === undefined || fixRows === 0
      ? []
      : labelled({ text: 'fix', tone: 'strong' }, oneLine(now.fix), { ...layout, maxRows: fixRows });
  const reason = labelled(LABELS[now.kind], reasonOf(now), { ...layout, maxRows: maxRows - fix.length });
  return [...reason, ...fix];
}

/** Rows that the status can use: a wait is cut off; a block, and a wait that may last, are shown in full. */
export function statusRows({ kind, fix }: StatusFacts): number {
  return kind === 'blocked' || fix !== undefined ? 5 : 2;
}

/** The actions of the keys, or a confirmation that it is quitting. */
export function footer(quitting: boolean, keys: boolean, leaving: string): Line {
  if (quitting) return [span(leaving, 'warn')];
  if (!keys) return [span('Ctrl-C', 'strong'), span(' quit (safe)', 'faint')];
  return [span('q', 'strong'), span(' quit (safe)   ', 'faint'), span('?', 'strong'), span(' help', 'faint')];
}

const LONGEST_BAR = 50;
const SHORTEST_BAR = 8;

/** Progress as a bar followed by figures; only the figures if there is no room for both. */
export function progressBar(
  { done, total, figures }: { done: number; total: number; figures: string },
  columns: number,
  theme: Theme,
): Line {
  const width = Math.min(LONGEST_BAR, columns - figures.length - 2);
  if (width < SHORTEST_BAR) return [span(figures, 'strong')];
  return [...bar(done, total, width, theme), span(`  ${figures}`, 'strong')];
}

/** A bar of `width` columns; full only if all is done, or if there is nothing to do. */
export function bar(done: number, total: number, width: number, theme: Theme): Line {
  const filled = total === 0 ? width : Math.floor((width * done) / total);
  return [span(theme.bar.done.repeat(filled), 'good'), span(theme.bar.rest.repeat(width - filled), 'faint')];
}

/**
 * Elapsed time: the snapshot's own time, advanced by our clock since it was received.
 *
 * @param nowMs on the clock of `receivedAtMs`
 */
export function elapsed(
  { snapshot, receivedAtMs }: Received<{ startedAtMs: number; nowMs: number }>,
  nowMs: number,
): string {
  return formatDuration(snapshot.nowMs - snapshot.startedAtMs + Math.max(0, nowMs - receivedAtMs));
}

/** `about 3m 10s left, `; empty if it is unknown or over. */
export function timeLeft(remainingMs: number | undefined, sinceMs: number): string {
  if (remainingMs === undefined) return '';
  const leftMs = remainingMs - sinceMs;
  return leftMs < 1000 ? '' : `about ${formatDuration(leftMs)} left, `;
}

/** A snapshot and when it was received on our clock: its own times are the API server's. */
export interface Received<S> {
  snapshot: S;
  receivedAtMs: number;
}

/** Some reasons begin with "waiting for", which the label already contains. */
function reasonOf({ kind, reason }: StatusFacts): string {
  const text = oneLine(reason);
  return kind === 'waiting' ? text.replace(/^waiting /, '') : text;
}
