import { formatDuration } from '../../../shared/format.ts';
import type { RolloutSummary } from '../../../shared/rollout/drive/events.ts';
import { figureLines } from '../narration/outcome.ts';
import { probeSummaryLines } from '../probe/summary.ts';

/** The figures of the rollout, one line each, aligned. */
export function summaryLines(summary: RolloutSummary): string[] {
  const figures: [string, string][] = [
    ['time taken', formatDuration(summary.tookMs)],
    ['waves', String(summary.waves)],
    ['pods replaced', String(summary.podsReplaced)],
    ['most pods down at once', String(summary.mostPodsDown)],
    ['most pods leaving at once', String(summary.mostPodsTerminating)],
    ['zones ever down together', String(summary.zonesDownTogether)],
  ];
  if (summary.oneAtATimeMs !== undefined) {
    figures.push(['one pod at a time would take', compared(summary.oneAtATimeMs, summary.tookMs)]);
  }
  return [...figureLines(figures), ...probeSummaryLines(summary.probe)];
}

/** `1h 30m, 14.5 times as long`; without the ratio if the rollout was not faster, for example after a long soak. */
function compared(oneAtATimeMs: number, tookMs: number): string {
  const duration = formatDuration(oneAtATimeMs);
  return tookMs > 0 && oneAtATimeMs > tookMs
    ? `${duration}, ${(oneAtATimeMs / tookMs).toFixed(1)} times as long`
    : duration;
}
