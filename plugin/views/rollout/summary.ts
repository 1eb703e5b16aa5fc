import { formatDuration } from '../../../shared/format.ts';
import type { RolloutSummary } from '../../../shared/rollout/drive/events.ts';
import { figureLines, mostZonesDown } from '../narration/outcome.ts';
import { probeSummaryLines } from '../probe/summary.ts';

/** The figures of the rollout, one line each, aligned. */
export function summaryLines(summary: RolloutSummary): string[] {
  const figures: [string, string][] = [
    ['time taken', formatDuration(summary.tookMs)],
    ['waves', String(summary.waves)],
    ['pods replaced', String(summary.podsReplaced)],
    ['most pods down at once', String(summary.mostPodsDown)],
    ['most pods terminating at once', String(summary.mostPodsTerminating)],
    ['most zones down at once', String(mostZonesDown(summary.zonesDownTogether, summary.mostPodsDown))],
  ];
  if (summary.oneAtATimeMs !== undefined) {
    figures.push(['one pod at a time', compared(summary.oneAtATimeMs, summary.tookMs)]);
  }
  return [...figureLines(figures), ...probeSummaryLines(summary.probe)];
}

/** `about 1h 30m (14.5x)`; without the ratio if the rollout was not faster, for example after a long soak. */
function compared(oneAtATimeMs: number, tookMs: number): string {
  const ratio = tookMs > 0 && oneAtATimeMs > tookMs ? ` (${(oneAtATimeMs / tookMs).toFixed(1)}x)` : '';
  return `about ${formatDuration(oneAtATimeMs)}${ratio}`;
}
