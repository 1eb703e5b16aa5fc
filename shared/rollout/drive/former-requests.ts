import type { AnnotationPatch } from '../../kube/lease-record.ts';
import type { Lease } from '../../kube/objects.ts';
import type { FormerRequests } from '../../removals/decide/former-requests.ts';
import { decodeMemory } from '../decide/memory-text.ts';
import { ANNOTATION } from './annotations.ts';

export type { FormerRequests } from '../../removals/decide/former-requests.ts';

/** The process that acquires a Lease. */
export interface Taker {
  identity: string;
  /** A rollout resumes with the memory of the previous one, and so knows the pods it names. */
  purpose: 'rollout' | 'drain';
  /** Of the workload, in lower case. */
  kind: string;
}

const LONGEST_IDENTITY = 512;

/**
 * The requests an earlier holder may still have in progress when a Lease is acquired. A holder that ended
 * normally released its Lease, with every request answered or named in its memory.
 *
 * A rollout names the pods in its Lease before it requests their removal. A drain does not; about any other
 * holder nothing is known. A Deployment's rollout writes deletion costs of its pods; its steps are made impossible by
 * changing the Deployment and its ReplicaSets.
 *
 * @param lease its state before it was acquired
 * @returns undefined if no request is in progress
 */
export function formerRequests(
  { spec, metadata: { annotations } }: Lease,
  { identity, purpose, kind }: Taker,
): FormerRequests | undefined {
  const noted = annotations[ANNOTATION.unsettled]?.slice(0, LONGEST_IDENTITY);
  const died = spec.holderIdentity === identity ? '' : spec.holderIdentity.slice(0, LONGEST_IDENTITY);
  // A Deployment's rollout scales ReplicaSets: the next rollout can handle that, a drain cannot.
  const scales = purpose === 'drain' && kind === 'deployment';
  const scaling = scales && [noted, died].find((by) => by && isRollout(by));
  if (scaling) return { kind: 'unbound', by: scaling };
  if (noted) return { kind: 'any', by: noted };
  if (died !== '' && (kind === 'deployment' || !isRollout(died))) return { kind: 'any', by: died };
  const text = annotations[ANNOTATION.memory];
  if (purpose === 'rollout' || scales || text === undefined) return undefined;
  const by = died || 'the last rollout';
  const memory = decodeMemory(text);
  if (!memory) return { kind: 'any', by };
  const uids = memory.inFlight.map(({ uid }) => uid);
  return uids.length === 0 ? undefined : { kind: 'named', by, uids };
}

/**
 * Annotations written when the Lease is acquired: the next holder must know of these requests too, even if
 * this process dies or releases the Lease before they end. Pods named in the memory stay there.
 */
export function noteFormerRequests(former: FormerRequests | undefined): AnnotationPatch {
  return former === undefined || former.kind === 'named' ? {} : { [ANNOTATION.unsettled]: former.by };
}

/** Annotations written when they have ended. */
export const FORMER_REQUESTS_ENDED: AnnotationPatch = { [ANNOTATION.unsettled]: null };

/** Why nothing is requested in the meantime, as a clause after the workload's name. */
export function whySettling({ by }: FormerRequests): string {
  return `requests of ${by} may still be carried out`;
}

/** A rollout's identity has the format of `identityOf`. */
function isRollout(holder: string): boolean {
  return /\/\d+\/[0-9a-z]+$/.test(holder);
}
