import { connectionNews } from '../../shared/drive/connection-news.ts';
import type { ConnectOptions } from '../../shared/kube/connect.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import type { ZoneSource } from '../../shared/kube/zones.ts';
import type { Workload } from '../../shared/rollout/decide/workload.ts';
import { fetchWorkload } from '../../shared/rollout/drive/fetch-workload.ts';
import { readHolderFlags } from '../../shared/rollout/drive/holder-flags.ts';
import { fetchRolloutLease } from '../../shared/rollout/drive/rollout-lease.ts';
import { leaseName } from '../../shared/rollout/drive/rollout-lock.ts';
import type { RolloutState } from '../../shared/rollout/drive/rollout-state.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { driveContext } from '../cli/operator.ts';
import { writeJson, writeLines } from '../cli/output.ts';
import type { Target } from '../cli/target.ts';
import { Follower } from './follow.ts';
import type { OpenRolloutReporter } from './reporter.ts';
import { standingLines } from './status-lines.ts';

/** The flags of `kubectl zone rollout status`. */
export interface StatusRequest {
  target: Target;
  /** Report until the rollout is done. */
  watch: boolean;
  /** How long to wait for that; undefined waits without limit if `watch` is set, and does not wait otherwise. */
  timeoutMs: number | undefined;
  output: 'plain' | 'json' | undefined;
  /** Where zones come from; undefined for what the rollout itself uses. */
  zones: ZoneSource | undefined;
  connection: ConnectOptions;
}

/**
 * Shows the status of a rollout, also of a finished one. Changes nothing.
 *
 * @returns 0 once it was shown or, when waiting, once the rollout is done; 3 on timeout
 */
export async function runStatus(
  request: StatusRequest,
  context: Context,
  openReporter: OpenRolloutReporter,
): Promise<ExitCode> {
  const kube = await context.connect(request.connection);
  try {
    const found = await fetchWorkload(kube, request.target);
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
    const zones = request.zones ?? (await zonesOfRollout(kube, found.workload));
    const { watches } = await found.open(driveContext(context), listeners, zones);
    isLive = () => watches.staleSinceMs === undefined;
    try {
      const waits = request.watch || request.timeoutMs !== undefined;
      return waits
        ? await follower.follow(watches, request)
        : show(follower.look(watches), request.output, context);
    } finally {
      await watches.stop();
    }
  } finally {
    await kube.close();
  }
}

/** The zones that the last rollout used, according to its Lease. */
async function zonesOfRollout(kube: Kube, { kind, metadata }: Workload): Promise<ZoneSource | undefined> {
  const at = { namespace: metadata.namespace, name: leaseName(kind, metadata.name) };
  const lease = await fetchRolloutLease(kube, at).catch((error: unknown) => {
    if (error instanceof ApiError && error.code === 403) return undefined;
    throw error;
  });
  return lease && readHolderFlags(lease.metadata.annotations).zones;
}

function show(standing: RolloutState, output: StatusRequest['output'], { stdout }: Context): ExitCode {
  if (output === 'json') {
    const { state, reason, holder, snapshot } = standing;
    writeJson(stdout, { type: 'status', state, reason, holder, ...snapshot });
  } else {
    writeLines(stdout, standingLines(standing));
  }
  return EXIT.done;
}
