import { UserError } from '../../shared/errors.ts';
import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { acquireLease, HeldByOtherError } from '../../shared/kube/lease.ts';
import { seeHolder, shownForMs } from '../../shared/kube/lease-holder.ts';
import type { Lease } from '../../shared/kube/objects.ts';
import { commandName, type WorkloadId, type WorkloadKind } from '../../shared/rollout/decide/workload-id.ts';
import { ANNOTATION } from '../../shared/rollout/drive/annotations.ts';
import { formerRequests, noteFormerRequests } from '../../shared/rollout/drive/former-requests.ts';
import { partOf } from '../../shared/rollout/drive/member-locks.ts';
import {
  describeResumed,
  orderBy,
  orderText,
  pauseByLease,
  readSteering,
} from '../../shared/rollout/drive/orders.ts';
import {
  annotateLease,
  fetchRolloutLease,
  LEASE_DURATION_MS,
} from '../../shared/rollout/drive/rollout-lease.ts';
import { identityOf } from '../../shared/rollout/drive/rollout-lock.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeLine } from '../cli/output.ts';
import type { Target } from '../cli/target.ts';
import { fetchTarget } from './fetch-target.ts';

export type Turn = 'pause' | 'resume' | 'abort';

/** The flags of `kubectl zone rollout pause|resume|abort`. */
export interface SteerRequest {
  turn: Turn;
  target: Target;
  /** Empty if none was given. */
  reason: string;
  connection: ConnectOptions;
}

/**
 * Pauses, resumes or aborts a rollout that runs anywhere, through its Lease.
 *
 * @throws UserError if there is no such rollout
 */
export async function runSteer(request: SteerRequest, context: Context): Promise<ExitCode> {
  const kube = await context.connect(request.connection);
  try {
    const fetched = await fetchTarget(kube, request.target, context);
    const { workload } = fetched;
    const { kind, namespace, lease: name, subject } = workload.id;
    const at = { namespace, name };
    const lease = await fetchRolloutLease(kube, at);
    const whole = lease && partOf(lease);
    if (whole !== undefined) {
      throw new UserError(
        `${subject} is rolled out as part of ${whole}, not by itself`,
        `kubectl zone rollout ${request.turn} ${whole}`,
      );
    }
    const order = orderBy(context, request.reason);
    let holder = lease && looksAlive(lease, kube, context.clock) ? lease.spec.holderIdentity : '';
    if (request.turn === 'abort') {
      // A live holder must not have to wait until we have established that it is alive.
      if (lease?.spec.holderIdentity)
        await annotateLease(kube, at, { [ANNOTATION.aborted]: orderText(order) });
      const left = await asHolder(kube, { ...at, kind }, lease, context, (holdsLease) =>
        fetched.giveUp({ clock: context.clock, holdsLease }),
      );
      if (left.kind === 'done' && left.result !== undefined) {
        writeLine(context.stdout, `${subject} is no longer being rolled out, and ${left.result}`);
        return EXIT.done;
      }
      holder = left.kind === 'held' ? left.holder : '';
    } else if (request.turn === 'pause' && lease && holder === '') {
      // By its times it has expired, but they may come from a clock that is wrong.
      const left = await asHolder(kube, { ...at, kind }, lease, context, async () => undefined);
      if (left.kind === 'held') holder = left.holder;
    }
    const words = wordsFor(request, workload.id, lease, holder);
    if (words.changes) await pauseByLease(kube, workload.id, request.turn === 'pause' ? order : undefined);
    writeLine(context.stdout, `${subject} ${words.said}`);
    return EXIT.done;
  } finally {
    await kube.close();
  }
}

/**
 * Whether the Lease was renewed lately by its own times. That is sufficient for a pause, which is harmless without a
 * holder; it is never proof that there is no holder.
 */
function looksAlive(lease: Lease, kube: Kube, clock: Context['clock']): boolean {
  const nowMs = clock.monotonicMs();
  const at = { nowMs, serverNowMs: kube.serverNowMs() };
  return shownForMs(seeHolder(undefined, lease, nowMs), LEASE_DURATION_MS, at) > 0;
}

/**
 * Cleans up after a rollout whose process is gone, while holding its Lease: only the absence of observed renewals shows
 * that the holder is gone.
 *
 * @returns `held` with the holder, if it is seen to renew or to end
 */
async function asHolder<R>(
  kube: Kube,
  { kind, ...at }: { namespace: string; name: string; kind: WorkloadKind },
  lease: Lease | undefined,
  { clock, random, processIdentity, stderr }: Context,
  act: (holdsLease: () => boolean) => Promise<R>,
): Promise<{ kind: 'done'; result: R } | { kind: 'held'; holder: string }> {
  if (!lease) return { kind: 'done', result: await act(() => true) };
  const identity = identityOf(processIdentity, random);
  const held = await acquireLease({
    ...{ kube, clock, ...at, identity },
    durationMs: LEASE_DURATION_MS,
    annotations: (before) => ({
      [ANNOTATION.aborted]: null,
      // Nothing is evicted here, so requests of an earlier holder need not be waited for.
      ...noteFormerRequests(before && formerRequests(before, { identity, purpose: 'drain', kind })),
    }),
    onObserve: ({ spec }, upToMs) =>
      writeLine(
        stderr,
        `checking for up to ${Math.ceil(upToMs / 1000)}s whether ${spec.holderIdentity} is still running`,
      ),
  }).catch((error) => {
    if (!(error instanceof HeldByOtherError)) throw error;
    return error;
  });
  if (held instanceof HeldByOtherError) return { kind: 'held', holder: held.holder };
  try {
    const before = lease.spec.holderIdentity;
    const state = ({ metadata }: Lease) => metadata.annotations[ANNOTATION.state];
    if (before !== '' && state(held.lease) !== state(lease)) return { kind: 'held', holder: before };
    return { kind: 'done', result: await act(() => held.state.kind === 'held') };
  } finally {
    await held.release();
  }
}

interface Words {
  /** Whether the pause has to be set or lifted. */
  changes: boolean;
  said: string;
}

/**
 * @param holder who is rolling it out; empty if no one is, including a process that was killed without releasing the
 * Lease
 */
function wordsFor(
  { turn }: SteerRequest,
  workload: WorkloadId,
  lease: Lease | undefined,
  holder: string,
): Words {
  const { paused } = readSteering(lease?.metadata.annotations ?? {});
  switch (turn) {
    case 'pause':
      if (holder === '') throw noRollout(workload, lease, 'pause');
      if (paused) return { changes: false, said: `was already paused by ${paused.by}` };
      return { changes: true, said: 'paused' };
    case 'resume':
      if (!lease || !paused) return { changes: false, said: 'was not paused' };
      return { changes: true, said: describeResumed(holder) };
    case 'abort':
      if (holder === '') throw noRollout(workload, lease, 'abort');
      return { changes: false, said: 'aborted; no more pods will be replaced' };
  }
}

function noRollout(workload: WorkloadId, lease: Lease | undefined, turn: Turn): UserError {
  const state = lease?.metadata.annotations[ANNOTATION.state];
  return new UserError(
    `${workload.subject} is not being rolled out${state ? ` (the last rollout: ${state})` : ''}, so there is nothing to ${turn}`,
    `kubectl zone rollout status ${commandName(workload)} shows where it is`,
  );
}
