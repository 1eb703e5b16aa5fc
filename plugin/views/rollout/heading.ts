import { formatDuration, oneLine, percent, plural, shortRevision } from '../../../shared/format.ts';
import { type Line, lineWidth, type Span, span } from '../terminal/line.ts';
import { elapsed, progressBar, timeLeft } from '../terminal/status.ts';
import type { Theme } from '../terminal/theme.ts';
import type { ViewState } from './reducer.ts';

/** The workload, with its old and new revision. */
export function title(state: ViewState, heading: string | undefined, columns: number, theme: Theme): Line {
  const { workload, latest, origin } = state;
  const prefix = heading === undefined ? [] : [span(`${heading}  `, 'busy')];
  if (!workload) return [...prefix, span(`reading the cluster${theme.ellipsis}`, 'faint')];
  const name: Span[] = [...prefix, span(`${workload.kind} ${workload.namespace}/${workload.name}`, 'strong')];
  if (!latest) return name;
  const short = (revision: string) => shortRevision(revision, workload.name);
  const [first, ...others] = origin.oldRevisions.map(({ revision }) => short(revision));
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  const change = [
    span(first === undefined ? '' : `${first}${more} ${theme.arrow} `),
    span(short(latest.snapshot.updateRevision), 'strong'),
  ];
  const explained = [...name, span('   revision ', 'faint'), ...change];
  return lineWidth(explained) <= columns ? explained : [...name, span('  '), ...change];
}

/** The images that change, as many as fit on a line. */
export function images({ origin }: ViewState, theme: Theme): Line {
  const changes = origin.imageChanges.map((change) => oneLine(change).replaceAll('→', theme.arrow));
  return [span(changes.join(', '), 'faint')];
}

/** Progress as a bar, in pods and in percent. */
export function progress({ latest }: ViewState, columns: number, theme: Theme): Line {
  if (!latest) return [];
  const { updated, total } = latest.snapshot;
  const figures = `${updated} of ${plural(total, 'pod')} new, ${percent(updated, total)}%`;
  return progressBar({ done: updated, total, figures }, columns, theme);
}

/**
 * Time elapsed, time left and pods down. Both times advance between snapshots and stop at the end.
 *
 * @param nowMs on the clock of the snapshot's `receivedAtMs`
 */
export function times({ latest, finished }: ViewState, nowMs: number): Line {
  if (!latest) return [];
  const { snapshot, receivedAtMs } = latest;
  const down = span(`${plural(snapshot.down, 'pod')} down`, snapshot.down > 0 ? 'busy' : 'faint');
  if (finished) return [span(`${formatDuration(finished.summary.tookMs)} elapsed, `), down];
  const sinceMs = Math.max(0, nowMs - receivedAtMs);
  const left = timeLeft(snapshot.remainingMs, sinceMs);
  // A limit set by an operator is shown on a separate line.
  const limit = snapshot.maxUnavailableBy ? '' : `, limit ${snapshot.maxUnavailablePods} per zone`;
  return [span(`${elapsed(latest, nowMs)} elapsed, `), span(left), down, span(limit, 'faint')];
}
