import type { ConnectOptions } from '../../shared/kube/connect.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { type Lease, readLease } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import type { Order } from '../../shared/rollout/snapshot.ts';
import type { Target } from '../commands/target.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { ANNOTATION, leaseName } from './lock.ts';
import { fetchStatefulSet } from './preflight.ts';
import { holderOf } from './standing.ts';
import { orderText, readSteering } from './steering.ts';

export type Turn = 'pause' | 'resume' | 'abort';

/** `kubectl zone rollout pause|resume|abort` as its flags say. */
export interface SteerRequest {
  turn: Turn;
  target: Target;
  /** Empty where none was given. */
  reason: string;
  connection: ConnectOptions;
}

/**
 * Tells a rollout that runs anywhere to hold, to go on or to end, through its Lease.
 *
 * @throws UserError where there is no rollout to tell
 */
export async function runSteer(request: SteerRequest, context: Context): Promise<ExitCode> {
  const kube = await context.connect(request.connection);
  try {
    const { metadata } = await fetchStatefulSet(kube, request.target.name);
    const at = { namespace: metadata.namespace, name: leaseName('statefulset', metadata.name) };
    const lease = await fetchRolloutLease(kube, at);
    const holder = holderOf(lease, context.clock.nowMs() + kube.clockSkewMs);
    const words = wordsFor(request, lease, holder, context);
    if (words.annotations) await annotateLease(kube, at, words.annotations);
    context.stdout.write(`statefulset/${metadata.name} ${words.said}\n`);
    return EXIT.done;
  } finally {
    await kube.close();
  }
}

/** The Lease of a rollout; undefined where the workload was never rolled out. */
export async function fetchRolloutLease(
  kube: Kube,
  at: { namespace: string; name: string },
): Promise<Lease | undefined> {
  try {
    return readLease(
      await kube.request({ method: 'GET', path: resourcePath({ ...RESOURCES.leases, ...at }) }),
    );
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** Whoever steers writes only annotations: the holder's own fields stay as they are. */
export async function annotateLease(
  kube: Kube,
  at: { namespace: string; name: string },
  annotations: Readonly<Record<string, string | null>>,
): Promise<void> {
  await kube.request({
    method: 'PATCH',
    patch: 'merge',
    path: resourcePath({ ...RESOURCES.leases, ...at }),
    body: { metadata: { annotations } },
  });
}

/** Who gives an order, as the Lease keeps it. */
export function orderBy(
  { clock, processIdentity }: Pick<Context, 'clock' | 'processIdentity'>,
  reason: string,
): Order {
  const { user, host } = processIdentity;
  return { by: `${user}@${host}`, at: new Date(clock.nowMs()).toISOString(), reason };
}

interface Words {
  /** Undefined where everything is already as asked. */
  annotations: Readonly<Record<string, string | null>> | undefined;
  said: string;
}

/** @param holder who rolls it out now; empty for nobody, also when a process that was killed never let go */
function wordsFor(
  { turn, target, reason }: SteerRequest,
  lease: Lease | undefined,
  holder: string,
  context: Context,
): Words {
  const { paused } = readSteering(lease?.metadata.annotations ?? {});
  const order = orderText(orderBy(context, reason));
  switch (turn) {
    case 'pause':
      if (holder === '') throw noRollout(target, lease, 'pause');
      if (paused) return { annotations: undefined, said: `was paused already, by ${paused.by}` };
      return { annotations: { [ANNOTATION.paused]: order }, said: 'paused' };
    case 'resume':
      if (!lease || !paused) return { annotations: undefined, said: 'was not paused' };
      return {
        annotations: { [ANNOTATION.paused]: null },
        said: holder === '' ? 'no longer paused; nobody rolls it out now' : 'resumed',
      };
    case 'abort':
      if (holder === '') throw noRollout(target, lease, 'abort');
      return { annotations: { [ANNOTATION.aborted]: order }, said: `aborted; ${holder} stops where it is` };
  }
}

function noRollout({ name }: Target, lease: Lease | undefined, turn: Turn): UserError {
  const state = lease?.metadata.annotations[ANNOTATION.state];
  return new UserError(
    `statefulset/${name} is not being rolled out${state ? ` (the last rollout: ${state})` : ''}, so there is nothing to ${turn}`,
    `kubectl zone rollout status sts/${name} shows where it is`,
  );
}
