import { UserError } from '../../shared/errors.ts';
import { plural } from '../../shared/format.ts';
import { countPods, listNames } from '../../shared/sentences.ts';
import type { Context } from '../cli/context.ts';
import { confirm } from '../cli/questions.ts';
import type { DrainRequest } from './request.ts';

/** What the drain will affect. */
export interface DrainExtent {
  /** In drain order; undefined for nodes without a zone label. */
  zones: readonly (string | undefined)[];
  nodes: number;
  /** Number of pods to evict. */
  pods: number;
  /** The API server's URL. */
  server: string;
}

/**
 * Asks for confirmation before anything is changed, unless `--yes` is set: kubectl drain does not ask, but does not
 * drain entire zones either.
 *
 * @throws UserError if the answer is no, or there is no terminal to ask on
 * @throws InterruptedError on Ctrl-C
 */
export async function agreeToDrain(
  { yes, removal }: Pick<DrainRequest, 'yes' | 'removal'>,
  extent: DrainExtent,
  context: Context,
): Promise<void> {
  if (yes) return;
  const wayOut = 'pass --yes, or check with --dry-run=client first';
  if (await confirm(questionOf(extent, removal.disableEviction), context, wayOut)) return;
  throw new UserError('not confirmed; nothing was changed', wayOut);
}

function questionOf({ zones, nodes, pods, server }: DrainExtent, disableEviction: boolean): string {
  const names = listNames(zones.map((zone) => zone ?? 'no zone label'));
  const where = zones.length === 1 ? names : `${zones.length} zones (${names})`;
  const how = disableEviction ? ' Pods are deleted, not evicted: this bypasses budgets.' : '';
  return `Drain ${plural(nodes, 'node')} (${countPods(pods)}) in ${where} on ${server}?${how}`;
}
