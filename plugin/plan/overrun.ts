import { UserError } from '../../shared/errors.ts';
import { formatDuration } from '../../shared/format.ts';
import { shortestSafeFlushMs, writesWhile } from './decide/store-load.ts';
import { formatRate } from './format.ts';
import type { ChoicesPlan } from './plan.ts';

/** The error if even one pod at a time would overload the store, otherwise undefined. */
export function overrun({ store, flushTime }: ChoicesPlan): UserError | undefined {
  if (!store || store.capacity === null || store.safePods !== 0) return undefined;
  const { capacity, steadyWrites } = store;
  const limit = `the capacity is ${formatRate(capacity)}`;
  const shortestMs = shortestSafeFlushMs(store, flushTime.ms, capacity);
  if (shortestMs === undefined) {
    return new UserError(
      `no setting is safe: the steady state alone needs ${formatRate(steadyWrites)} writes/s, ${limit}`,
      'increase the capacity of the store first',
    );
  }
  return new UserError(
    `no setting is safe: one flushing pod needs ${formatRate(writesWhile(store, 1))} writes/s, ${limit}`,
    `increase the capacity of the store first, or slow the flush of a pod down to ${formatDuration(Math.ceil(shortestMs / 1000) * 1000)} or more`,
  );
}
