/**
 * A trial eviction: a dry run with this label. The webhook denies it and returns its version, which shows
 * whether evictions reach the webhook through the API server, and which version answers. It affects no pod.
 */
export const TRIAL_LABEL = { key: 'kubectl-zone.dev/trial', value: 'true' } as const;

/** A pod name that does not exist. */
export const TRIAL_POD = 'kubectl-zone-trial';

/** HTTP code of the answer; no other denial uses it (RFC 9110, 15.5.18: understood, and not followed). */
export const TRIAL_CODE = 417;

const ANSWER = /the kubectl-zone webhook (\S+) answers/;

/** The message of the denial. */
export function trialMessage(version: string): string {
  return `the kubectl-zone webhook ${version} answers`;
}

/** The version in the answer to a trial; undefined if it did not come from the webhook. */
export function trialVersion(code: number, message: string): string | undefined {
  return code === TRIAL_CODE ? ANSWER.exec(message)?.[1] : undefined;
}
