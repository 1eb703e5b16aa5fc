import { firstNames, formatDuration } from '../../../shared/format.ts';
import type { DrainFinished, DrainSummary, Leftover } from '../../drain/events.ts';
import { figureLines, mostZonesDown } from '../narration/outcome.ts';
import { probeSummaryLines } from '../probe/summary.ts';

const MOST_NAMES = 5;
/** Commands are broken where most terminals would wrap them. */
const COMMAND_WIDTH = 78;

/** The figures of the drain, one line each, and how to uncordon its nodes. */
export function drainSummaryLines(
  summary: DrainSummary,
  leftover: readonly string[] = uncordonLines(summary),
): string[] {
  const { cordoned } = summary;
  const names = cordoned.length === 0 ? '' : `: ${firstNames(cordoned, MOST_NAMES)}`;
  const figures = figureLines([
    ['time taken', formatDuration(summary.tookMs)],
    ['nodes drained', String(summary.nodesDrained)],
    ['pods evicted', String(summary.podsEvicted)],
    ['evictions refused', String(summary.requestsRefused)],
    ['most zones down at once', String(mostZonesDown(summary.zonesDownTogether, summary.podsEvicted))],
    ['nodes left cordoned', `${cordoned.length}${names}`],
  ]);
  const lines = [...figures, ...probeSummaryLines(summary.probe)];
  return leftover.length === 0 ? lines : [...lines, '', ...leftover];
}

/** The command that uncordons the nodes, to be pasted into a shell; empty if no node is cordoned. */
export function uncordonLines({ cordoned }: Pick<DrainSummary, 'cordoned'>): string[] {
  if (cordoned.length === 0) return [];
  const lines = ['kubectl uncordon'];
  for (const name of cordoned) {
    const line = lines.at(-1) ?? '';
    if (line.length + 1 + name.length <= COMMAND_WIDTH) lines[lines.length - 1] = `${line} ${name}`;
    else lines.push(`  ${name}`);
  }
  return lines.map((line, index) => (index === lines.length - 1 ? line : `${line} \\`));
}

/** The figures of a finished drain, and information about the nodes. */
export function closingLines(finished: DrainFinished, leftover: Leftover | undefined): string[] {
  return drainSummaryLines(finished.summary, leftover?.(finished));
}
