import type { Kube } from '../../../shared/kube/kube.ts';
import { type WaitOptions, waitFor } from '../wait.ts';
import { tryEviction } from './trial.ts';

/** Old pods answer until their preStop sleep is over and the API server has closed its connections to them. */
const OLD_PODS_MS = 60_000;

/**
 * Waits until evictions reach the webhook, and then, for a limited time, until this version answers.
 *
 * @returns the version of the last answer
 * @throws StoppedError with the API server's last message
 */
export async function waitForAnswer(kube: Kube, version: string, options: WaitOptions): Promise<string> {
  const { clock, signal, deadlineMs } = options;
  let since: number | undefined;
  return waitFor('the webhook to answer the API server', options, async () => {
    const trial = await tryEviction(kube, signal);
    if (trial.kind === 'unguarded') {
      since = undefined;
      return { missing: 'the API server does not call it yet' };
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

/** How long other API servers may take to observe that a configuration was deleted. */
const HEARD_MS = 2_000;

/**
 * Waits until the API server does not call the webhook any more, so that its removal cannot fail an eviction. Other API
 * servers learn it from their watches within a moment, which is also waited for.
 */
export async function waitForSilence(kube: Kube, options: WaitOptions): Promise<void> {
  const { clock, signal } = options;
  let since: number | undefined;
  await waitFor('the API server to stop calling the webhook', options, async () => {
    const trial = await tryEviction(kube, signal);
    // If something else refuses the trial, nothing can be observed: only the time is waited for.
    if (trial.kind === 'answered' || trial.kind === 'failed') {
      since = undefined;
      return { missing: 'it still calls it' };
    }
    since ??= clock.monotonicMs();
    return clock.monotonicMs() - since >= HEARD_MS
      ? { found: undefined }
      : { missing: 'other API servers may take a moment longer' };
  });
}
