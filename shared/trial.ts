/**
 * A trial eviction: a dry run with this label. The webhook denies it with its version, so that whoever asks learns by
 * the API server itself whether evictions reach the webhook, and which version answers. No pod is looked at.
 */
export const TRIAL_LABEL = { key: 'kubectl-zone.dev/trial', value: 'true' } as const;

/** Nobody's pod. */
export const TRIAL_POD = 'kubectl-zone-trial';

/** HTTP code of the answer; no other denial has it (RFC 9110, 15.5.18: understood, and not followed). */
export const TRIAL_CODE = 417;

const ANSWER = /the kubectl-zone webhook (\S+) answers/;

/** The denial's message. */
export function trialMessage(version: string): string {
  return `the kubectl-zone webhook ${version} answers`;
}

/** The version in the answer to a trial; undefined where somebody else has answered. */
export function trialVersion(code: number, message: string): string | undefined {
  return code === TRIAL_CODE ? ANSWER.exec(message)?.[1] : undefined;
}
