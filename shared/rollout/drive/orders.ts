import * as z from 'zod/mini';
import type { DriveContext } from '../../drive/operator.ts';
import type { Kube } from '../../kube/kube.ts';
import type { Lease } from '../../kube/objects.ts';
import { parseJson } from '../../parse-json.ts';
import type { Order, Orders } from '../decide/snapshot.ts';
import type { GateState, RolloutOptions } from '../decide/types.ts';
import type { WorkloadId } from '../decide/workload-id.ts';
import { ANNOTATION } from './annotations.ts';
import { readLimit } from './holder-flags.ts';
import { annotateLease } from './rollout-lease.ts';

/** The operators' orders for a rollout, from any terminal, as stored in its Lease. */
export interface Steering extends Orders {
  aborted: Order | undefined;
  /** Overrides --max-unavailable until the rollout is started again. */
  maxUnavailable: RolloutOptions['maxUnavailable'] | undefined;
}

/** Parses the annotations of a rollout's Lease. A malformed pause still pauses. */
export function readSteering(annotations: Readonly<Record<string, string>>): Steering {
  const wanted = annotations[ANNOTATION.maxUnavailable];
  return {
    paused: readOrder(annotations[ANNOTATION.paused]),
    aborted: readOrder(annotations[ANNOTATION.aborted]),
    maxUnavailable: readLimit(wanted),
    maxUnavailableBy: wanted === undefined ? undefined : readOrder(annotations[ANNOTATION.maxUnavailableBy]),
    undone: readOrder(annotations[ANNOTATION.undone]),
  };
}

/** An order in the format of the Lease. */
export function orderText({ by, at, reason }: Order): string {
  return JSON.stringify({ by, at, reason });
}

/** `by ann@laptop: the store is slow`. */
export function describeOrder({ by, reason }: Order): string {
  return `by ${by}${reason === '' ? '' : `: ${reason}`}`;
}

/** Closed while the rollout is paused. */
export function pauseGate({ paused }: Steering, resumeCommand: string): GateState {
  return {
    name: 'the operator',
    state: paused ? 'closed' : 'open',
    reason: paused ? `paused ${describeOrder(paused)}; resume with: ${resumeCommand}` : '',
    pause: true,
  };
}

/** Any client that may write the Lease can write an order of any length. */
const word = (mostCharacters: number) =>
  z.catch(
    z.pipe(
      z.string(),
      z.transform((text) => text.slice(0, mostCharacters)),
    ),
    '',
  );
const Written = z.object({ by: word(256), at: word(64), reason: word(1024) });

function readOrder(text: string | undefined): Order | undefined {
  if (text === undefined) return undefined;
  const { by = '', at = '', reason = '' } = parseJson(Written, text) ?? {};
  return { by: by || 'somebody', at, reason };
}

/** An order by this process's user. */
export function orderBy(
  { clock, processIdentity }: Pick<DriveContext, 'clock' | 'processIdentity'>,
  reason: string,
): Order {
  const { user, host } = processIdentity;
  return { by: `${user}@${host}`, at: new Date(clock.nowMs()).toISOString(), reason };
}

/**
 * Pauses a rollout, whether it is paused already or not; without an order resumes it. For `pause` and `resume`, the keys
 * of the live view and probes.
 *
 * @returns the updated Lease
 */
export function pauseByLease(
  kube: Kube,
  { lease: name, namespace }: WorkloadId,
  order: Order | undefined,
): Promise<Lease> {
  return annotateLease(kube, { namespace, name }, { [ANNOTATION.paused]: order ? orderText(order) : null });
}

/** The answer to `resume`. @param holder empty if no rollout is running */
export function describeResumed(holder: string): string {
  return holder === '' ? 'no longer paused; no rollout is running' : 'resumed';
}
