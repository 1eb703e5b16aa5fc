import { connectionNews } from '../../shared/drive/connection-news.ts';
import type { ConnectOptions } from '../../shared/kube/connect.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import type { ZoneSource } from '../../shared/kube/zones.ts';
import type { WorkloadId } from '../../shared/rollout/decide/workload-id.ts';
import { readHolderFlags } from '../../shared/rollout/drive/holder-flags.ts';
import { fetchRolloutLease } from '../../shared/rollout/drive/rollout-lease.ts';
import type { RolloutState } from '../../shared/rollout/drive/rollout-state.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { driveContext } from '../cli/operator.ts';
import { writeLines } from '../cli/output.ts';
import type { EventOutput } from '../cli/print-data.ts';
import { isData, writeData } from '../cli/print-data.ts';
import type { Target } from '../cli/target.ts';
import { fetchTarget } from './fetch-target.ts';
import { endOf, Follower } from './follow.ts';
import type { OpenRolloutReporter } from './reporter.ts';
import { standingLines } from './status-lines.ts';

/** The flags of `kubectl zone rollout status`. */
export interface StatusRequest {
  target: Target;
  /** Report until the rollout has ended; otherwise show it once. */
  watch: boolean;
  /** How long to watch, also for a rollout that has not begun; undefined for no limit. */
  timeoutMs: number | undefined;
  output: EventOutput | undefined;
  /** Where zones come from; undefined for what the rollout itself uses. */
  zones: ZoneSource | undefined;
  connection: ConnectOptions;
}

/**
 * Shows the status of a rollout, also of a finished one. Changes nothing.
 *
 * @returns without `watch` 0; otherwise 0 once all pods are updated and available, how the rollout ended if it ended
 * before that, and 3 on timeout or if no process is rolling it out
 */
export async function runStatus(
  request: StatusRequest,
  context: Context,
  openReporter: OpenRolloutReporter,
): Promise<ExitCode> {
  const kube = await context.connect(request.connection);
  try {
    const found = await fetchTarget(kube, request.target, context);
    const follower = new Follower(context, kube, openReporter);
    let isLive = () => false;
    const listeners = {
      onConnection: connectionNews(
        context.clock,
        () => isLive(),
        (news) => follower.report(news),
      ),
      onProblem: (error: Error) => follower.report({ type: 'notice', message: error.message }),
    };
    const zones = request.zones ?? (await zonesOfRollout(kube, found.workload.id));
    const { watches } = await found.open(driveContext(context), listeners, zones);
    isLive = () => watches.staleSinceMs === undefined;
    try {
      const state = follower.look(watches);
      // There is nothing to follow, and a view would close at once.
      const isOver =
        !isData(request.output) &&
        endOf(state, { seen: false, waitsForStart: request.timeoutMs !== undefined });
      if (request.watch && !isOver) return await follower.follow(watches, request);
      await show(state, request.output, context);
      return request.watch && isOver ? EXIT[isOver] : EXIT.done;
    } finally {
      await watches.stop();
    }
  } finally {
    await kube.close();
  }
}

/** The zones that the last rollout used, according to its Lease. */
async function zonesOfRollout(
  kube: Kube,
  { namespace, lease: name }: WorkloadId,
): Promise<ZoneSource | undefined> {
  const lease = await fetchRolloutLease(kube, { namespace, name }).catch((error: unknown) => {
    if (error instanceof ApiError && error.code === 403) return undefined;
    throw error;
  });
  return lease && readHolderFlags(lease.metadata.annotations).zones;
}

async function show(
  rollout: RolloutState,
  output: StatusRequest['output'],
  { stdout }: Context,
): Promise<void> {
  if (!isData(output)) return writeLines(stdout, standingLines(rollout));
  const { state, reason, holder, snapshot } = rollout;
  await writeData(stdout, { type: 'status', state, reason, holder, ...snapshot }, output);
}
