import type { RolloutEvent, RolloutOutcome, RolloutSummary } from '../rollout/events.ts';
import { formatDuration, oneLine } from './format.ts';

export type FinishedEvent = Extract<RolloutEvent, { type: 'finished' }>;

const HEADINGS: Readonly<Record<RolloutOutcome, string>> = {
  done: 'done',
  stopped: 'stopped, and safe to leave',
  interrupted: 'interrupted, and safe to leave',
  failed: 'failed',
};

/** How it ended and why; a reason of several lines, such as one with the command that goes on, keeps them. */
export function outcomeLines({ outcome, reason }: FinishedEvent): string[] {
  const [first = '', ...others] = reason.split('\n').map(oneLine);
  return [`${HEADINGS[outcome]}: ${first}`, ...others];
}

/** What the rollout cost, a line for each figure, the figures aligned. */
export function summaryLines(summary: RolloutSummary): string[] {
  const figures: [string, string][] = [
    ['time taken', formatDuration(summary.tookMs)],
    ['waves', String(summary.waves)],
    ['pods replaced', String(summary.podsReplaced)],
    ['most pods down at once', String(summary.mostPodsDown)],
    ['zones ever down together', String(summary.zonesDownTogether)],
  ];
  if (summary.oneAtATimeMs !== undefined) {
    figures.push(['one pod at a time would take', compared(summary.oneAtATimeMs, summary.tookMs)]);
  }
  const width = Math.max(...figures.map(([name]) => name.length)) + 1;
  return figures.map(([name, value]) => `  ${`${name}:`.padEnd(width)}  ${value}`);
}

/** `1h 30m, 14.5 times as long`; without the ratio when the rollout took no time to compare with. */
function compared(oneAtATimeMs: number, tookMs: number): string {
  const duration = formatDuration(oneAtATimeMs);
  return tookMs > 0 ? `${duration}, ${(oneAtATimeMs / tookMs).toFixed(1)} times as long` : duration;
}
