import { type Clock, delay } from '../../shared/clock.ts';
import { type Log, messageOf } from '../telemetry/log.ts';
import type { TlsSource } from './source.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/**
 * Opens the source of the certificates, with retries until it succeeds: the API server may deny access to the Secret
 * before it has read its RBAC rules, and files may be mounted late.
 *
 * @param onWaiting called with the reason of each failure
 */
export async function openPatiently(
  open: () => Promise<TlsSource>,
  { clock, log, onWaiting }: { clock: Clock; log: Log; onWaiting: (reason: string) => void },
): Promise<TlsSource> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    try {
      return await open();
    } catch (error) {
      const reason = messageOf(error);
      log.warn({ reason, retryInMs: waitMs }, 'there are no certificates yet');
      onWaiting(reason);
    }
    await delay(clock, waitMs);
  }
}
