import { UserError } from '../../shared/errors.ts';
import { formatDuration } from '../../shared/format.ts';
import { shortestSafeFlushMs, writesWhile } from './decide/store-load.ts';
import { formatRate } from './format.ts';
import type { ChoicesPlan } from './plan.ts';

/** The complaint that even one pod at a time would overrun the store; undefined where it would not. */
export function overrun({ store, flushTime }: ChoicesPlan): UserError | undefined {
  if (!store || store.capacity === null || store.safePods !== 0) return undefined;
  const { capacity, steadyWrites } = store;
  const takes = `the store takes ${formatRate(capacity)}`;
  const shortestMs = shortestSafeFlushMs(store, flushTime.ms, capacity);
  if (shortestMs === undefined) {
    return new UserError(
      `no choice is safe: the steady state alone needs ${formatRate(steadyWrites)} writes/s, and ${takes}`,
      'give the store more capacity first',
    );
  }
  return new UserError(
    `no choice is safe: one pod that flushes needs ${formatRate(writesWhile(store, 1))} writes/s, and ${takes}`,
    `give the store more capacity first, or let a pod flush for ${formatDuration(Math.ceil(shortestMs / 1000) * 1000)} or longer`,
  );
}
