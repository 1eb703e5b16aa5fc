import type { AnnotationPatch } from '../../kube/lease-record.ts';
import type { Lease } from '../../kube/objects.ts';
import type { FormerRequests } from '../../removals/decide/former-requests.ts';
import { decodeMemory } from '../decide/memory-text.ts';
import { ANNOTATION } from './annotations.ts';

export type { FormerRequests } from '../../removals/decide/former-requests.ts';

/** Who takes a Lease. */
export interface Taker {
  identity: string;
  /** What it takes it for. A rollout goes on with the memory of the last one, and knows what that names. */
  purpose: 'rollout' | 'drain';
  /** Of the workload, in lower case. */
  kind: string;
}

const LONGEST_IDENTITY = 512;

/**
 * What an earlier holder may still have under way when a Lease is taken as it is here. A holder that ended in good order
 * has released its Lease, with every request answered or named in its memory.
 *
 * A rollout names the pods in its Lease before it asks for them. A drain does not, and of a holder that is neither
 * nothing is known.
 *
 * @param lease as it was before it was taken
 * @returns undefined where nothing is under way
 */
export function formerRequests(
  { spec, metadata: { annotations } }: Lease,
  { identity, purpose, kind }: Taker,
): FormerRequests | undefined {
  const noted = annotations[ANNOTATION.unsettled]?.slice(0, LONGEST_IDENTITY);
  const died = spec.holderIdentity === identity ? '' : spec.holderIdentity.slice(0, LONGEST_IDENTITY);
  // A Deployment's rollout changes sizes: the next rollout deals with that, a drain cannot.
  const scales = purpose === 'drain' && kind === 'deployment';
  const scaling = scales && [noted, died].find((by) => by && isRollout(by));
  if (scaling) return { kind: 'unbound', by: scaling };
  if (noted) return { kind: 'any', by: noted };
  if (died !== '' && !isRollout(died)) return { kind: 'any', by: died };
  const text = annotations[ANNOTATION.memory];
  if (purpose === 'rollout' || scales || text === undefined) return undefined;
  const by = died || 'the last rollout';
  const memory = decodeMemory(text);
  if (!memory) return { kind: 'any', by };
  const uids = memory.inFlight.map(({ uid }) => uid);
  return uids.length === 0 ? undefined : { kind: 'named', by, uids };
}

/**
 * What is written with the Lease as it is taken: whoever takes it next has to know of these requests too, also when we
 * die, or give it back, before they have ended. What is named in the memory stays there.
 */
export function noteFormerRequests(former: FormerRequests | undefined): AnnotationPatch {
  return former === undefined || former.kind === 'named' ? {} : { [ANNOTATION.unsettled]: former.by };
}

/** What is written when they have ended. */
export const FORMER_REQUESTS_ENDED: AnnotationPatch = { [ANNOTATION.unsettled]: null };

/** Why nothing is asked for meanwhile, as a sentence goes on after the workload. */
export function whySettling({ by }: FormerRequests): string {
  return `evictions that ${by} asked for may still be carried out`;
}

/** Rollouts are named as `identityOf` does. */
function isRollout(holder: string): boolean {
  return /\/\d+\/[0-9a-z]+$/.test(holder);
}
