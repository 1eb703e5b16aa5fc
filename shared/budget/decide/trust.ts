/** Which statuses may be relied upon (L7, L10), as far as the object alone tells. `memory.ts` knows more. */
import { createHash } from 'node:crypto';
import { compareText } from '../../kube/zones.ts';
import type { BudgetSpec, ZoneDisruptionBudget } from './types.ts';

/**
 * Version of the rules by which replicas share the ledger. It goes up with every change after which an older replica
 * could admit or forget something that it should not (L10).
 */
export const PROTOCOL = 2;

/** Of statuses that do not name theirs, such as those of AWS's controller and of our first release. */
export const FIRST_PROTOCOL = 1;

/**
 * Whose counts a status holds: the budget's uid, and a digest of what decides which evictions are written down.
 * Evictions that went past another object of this name, another selector, or while the budget only rehearsed, are in no
 * ledger.
 */
export function identityOf({ metadata, spec }: Pick<ZoneDisruptionBudget, 'metadata' | 'spec'>): string {
  const digest = digests.get(spec) ?? digestOf(spec);
  digests.set(spec, digest);
  return `${metadata.uid}/${digest}`;
}

/** It is asked for several times with each decision. */
const digests = new WeakMap<BudgetSpec, string>();

function digestOf(spec: BudgetSpec): string {
  const { matchLabels = {}, matchExpressions = [] } = spec.selector ?? {};
  const labels = Object.entries(matchLabels).sort(([a], [b]) => compareText(a, b));
  const covered = JSON.stringify([labels, matchExpressions, spec.dryRun]);
  return createHash('sha256').update(covered).digest('hex').slice(0, 16);
}

/**
 * Why a status tells nothing of what is in flight.
 *
 * - `newer-protocol`: it is kept by a release that this one does not understand; nothing may be written either
 * - `first-count`: its counts are another budget's, another selector's, or nobody's yet
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
