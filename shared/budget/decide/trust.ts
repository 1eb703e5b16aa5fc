/** Which statuses may be relied on (L7, L10), as far as the object alone shows. `memory.ts` knows more. */
import { createHash } from 'node:crypto';
import { compareText } from '../../kube/zones.ts';
import type { BudgetSpec, ZoneDisruptionBudget } from './types.ts';

/**
 * Version of the rules by which replicas share the ledger. Must be incremented with every change after which
 * an older replica could wrongly admit an eviction or drop a reservation (L10).
 */
export const PROTOCOL = 2;

/** For statuses without one, such as those of AWS's controller and of our first release. */
export const FIRST_PROTOCOL = 1;

/**
 * Identifies what a status counts: the budget's uid, and a digest of the fields that determine which
 * evictions are recorded. Evictions that passed under another object with this name, another selector, or
 * during a dry run, are in no ledger.
 */
export function identityOf({ metadata, spec }: Pick<ZoneDisruptionBudget, 'metadata' | 'spec'>): string {
  const digest = digests.get(spec) ?? digestOf(spec);
  digests.set(spec, digest);
  return `${metadata.uid}/${digest}`;
}

/** Cached, because each decision needs it several times. */
const digests = new WeakMap<BudgetSpec, string>();

function digestOf(spec: BudgetSpec): string {
  const { matchLabels = {}, matchExpressions = [] } = spec.selector ?? {};
  const labels = Object.entries(matchLabels).sort(([a], [b]) => compareText(a, b));
  const covered = JSON.stringify([labels, matchExpressions, spec.dryRun]);
  return createHash('sha256').update(covered).digest('hex').slice(0, 16);
}

/**
 * Why a status does not account for evictions in flight.
 *
 * - `newer-protocol`: it was written by a newer release; it must not be written either
 * - `first-count`: its counts are another budget's, another selector's, or do not exist yet
 */
export type Distrust = 'newer-protocol' | 'first-count';

export function distrust(budget: ZoneDisruptionBudget): Distrust | undefined {
  const { metadata, status } = budget;
  if (status.protocol > PROTOCOL) return 'newer-protocol';
  const counted = status.protocol === PROTOCOL && status.versions.pods !== undefined;
  // Between two generations there may have been one with another selector.
  const unbroken = metadata.generation - status.observedGeneration <= 1;
  return counted && unbroken && status.identity === identityOf(budget) ? undefined : 'first-count';
}
