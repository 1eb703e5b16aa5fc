import type { ProbeFailure, ProbeSummary } from '../../../shared/drive/probe-news.ts';
import { firstNames, oneLine } from '../../../shared/format.ts';
import { figureLines } from '../narration/outcome.ts';
import { formatMilliseconds } from './milliseconds.ts';

/** A longer list is of no use in a terminal. */
const MOST_FAILURES = 100;
const MOST_NAMES = 3;

/** The results of the requests, and one line for each failure; empty without --probe. */
export function probeSummaryLines(summary: ProbeSummary | undefined): string[] {
  if (!summary) return [];
  const { requests, failed, skipped, unanswered, medianMs, percentile99Ms, slowestMs } = summary;
  const figures: [string, string][] = [
    ['probed', summary.urls.join(', ')],
    ['requests', String(requests)],
    ['requests failed', String(failed)],
    ['answers', codesOf(summary)],
  ];
  if (medianMs !== undefined && percentile99Ms !== undefined && slowestMs !== undefined) {
    const [half, most, slowest] = [medianMs, percentile99Ms, slowestMs].map(formatMilliseconds);
    figures.push(['response time', `median ${half}, 99th percentile ${most}, slowest ${slowest}`]);
  }
  if (skipped > 0) figures.push(['not sent', `${skipped} (this machine was suspended)`]);
  if (unanswered > 0) figures.push(['unanswered at the end', String(unanswered)]);
  return ['', ...figureLines(figures), ...failureLines(summary)];
}

function codesOf({ codes }: ProbeSummary): string {
  const words = Object.entries(codes).map(([code, count]) =>
    code === 'none' ? `${count} without an answer` : `${count} with ${code}`,
  );
  return words.join(', ');
}

function failureLines({ failures, failed, urls }: ProbeSummary): string[] {
  if (failures.length === 0) return [];
  const shown = failures.slice(0, MOST_FAILURES).sort((a, b) => a.dueAtMs - b.dueAtMs);
  const hidden = failed - shown.length;
  return [
    '',
    'failed requests, by when they were due (UTC):',
    ...shown.map((failure) =>
      urls.length > 1 ? `${failureLine(failure)} (${failure.url})` : failureLine(failure),
    ),
    ...(hidden > 0 ? [`  and ${hidden} more; -o json lists the first thousand`] : []),
  ];
}

function failureLine({ dueAtMs, code, connection, reason, pods, tookMs }: ProbeFailure): string {
  const time = new Date(dueAtMs).toISOString().slice(11, 23);
  // The status line already contains the code; the reason of a response cut off after an expected status does not.
  const what = code === undefined || reason.startsWith(`${code}`) ? reason : `${code}, ${reason}`;
  const meanwhile = pods.length === 0 ? 'no pod being replaced' : `replacing ${firstNames(pods, MOST_NAMES)}`;
  return `  ${time}  ${connection.padEnd(10)}  ${oneLine(what)} after ${formatMilliseconds(tookMs)}, ${meanwhile}`;
}
