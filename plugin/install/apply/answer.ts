import type { Kube } from '../../../shared/kube/kube.ts';
import { type Patience, waitFor } from '../wait.ts';
import { tryEviction } from './trial.ts';

/** Old pods go on answering until their preStop sleep is over and the API server has left their connections. */
const OLD_PODS_MS = 60_000;

/**
 * Waits until evictions reach the webhook, and, for a while, until it is this version that answers.
 *
 * @returns the version that has answered last
 * @throws StoppedError with what the API server says instead
 */
export async function waitForAnswer(kube: Kube, version: string, patience: Patience): Promise<string> {
  const { clock, signal, deadlineMs } = patience;
  let since: number | undefined;
  return waitFor('the webhook to answer the API server', patience, async () => {
    const trial = await tryEviction(kube, signal);
    if (trial.kind === 'unguarded') {
      since = undefined;
      return { missing: 'the API server does not ask it yet' };
    }
    if (trial.kind !== 'answered') {
      since = undefined;
      return { missing: trial.message };
    }
    since ??= clock.monotonicMs();
    const patient = clock.monotonicMs() < Math.min(since + OLD_PODS_MS, deadlineMs);
    return trial.version !== version && patient
      ? { missing: `version ${trial.version} still answers` }
      : { found: trial.version };
  });
}

/** How long the other API servers may take to hear that a configuration is gone. */
const HEARD_MS = 2_000;

/**
 * Waits until no eviction is asked about any more, so that the webhook may go without refusing one. API servers beside
 * the one that is asked learn it by their watches within a moment, which is waited for as well.
 */
export async function waitForSilence(kube: Kube, patience: Patience): Promise<void> {
  const { clock, signal } = patience;
  let since: number | undefined;
  await waitFor('the API server to leave the webhook', patience, async () => {
    const trial = await tryEviction(kube, signal);
    // Where somebody else refuses the trial nothing can be found out, and there is only the time to wait.
    if (trial.kind === 'answered' || trial.kind === 'failed') {
      since = undefined;
      return { missing: 'it still asks' };
    }
    since ??= clock.monotonicMs();
    return clock.monotonicMs() - since >= HEARD_MS
      ? { found: undefined }
      : { missing: 'giving others of its kind time to hear of it' };
  });
}
