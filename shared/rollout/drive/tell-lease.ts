import type { Reporter, RolloutEvent } from './events.ts';
import type { RolloutLock } from './lock.ts';

/** A reporter that also writes into the Lease why the rollout is held, for those who look from elsewhere. */
export function tellLease(reporter: Reporter, lock: Pick<RolloutLock, 'noteHeld'>): Reporter {
  let told: string | undefined;
  return {
    report(event) {
      reporter.report(event);
      const news = newsIn(event);
      if (!news || news.held === told) return;
      told = news.held;
      // Only for information: a Lease that is lost is noticed by its renewals.
      lock.noteHeld(told).catch(() => {});
    },
    close: () => reporter.close(),
  };
}

/**
 * Why the rollout is held since this event, or that it goes on; undefined for an event that changes neither. That a pod
 * was evicted is no sign of going on: its eviction may have been asked for before the rollout was held.
 */
export function newsIn(event: RolloutEvent): { held: string | undefined } | undefined {
  switch (event.type) {
    case 'snapshot':
      return event.snapshot.status.kind === 'disrupting' ? { held: undefined } : undefined;
    case 'blocked':
      return { held: event.reason };
    case 'waiting':
      return { held: event.for === 'gate' ? event.reason : undefined };
    default:
      return undefined;
  }
}
