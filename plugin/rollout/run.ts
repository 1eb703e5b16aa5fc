import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import type { StatefulSet } from '../../shared/kube/objects.ts';
import type { ConnectionState } from '../../shared/kube/watch-cache.ts';
import { emptyMemory } from '../../shared/rollout/memory.ts';
import { observeStatefulSet } from '../../shared/rollout/observe.ts';
import type { RolloutOptions } from '../../shared/rollout/types.ts';
import type { Target } from '../commands/target.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import type { GateRequest } from '../gates/options.ts';
import { tryRemovals } from '../removal/try-removals.ts';
import { leaseName } from './lock.ts';
import { checkAccess, checkZones, fetchStatefulSet } from './preflight.ts';
import { rollOut } from './roll-out.ts';
import { planOf, printPlan } from './show-plan.ts';
import { ON_DELETE } from './strategy.ts';
import { type WorkloadWatches, watchWorkload } from './watches.ts';

/** `kubectl zone rollout` as its flags say. */
export interface RolloutRequest {
  target: Target;
  options: RolloutOptions;
  connection: ConnectOptions;
  timeoutMs: number | undefined;
  dryRun: 'client' | 'server' | undefined;
  output: 'plain' | 'json' | undefined;
  disableEviction: boolean;
  restoreStrategy: boolean;
  gates: GateRequest;
  yes: boolean;
  /** The command line to repeat to go on with the rollout. */
  commandLine: string;
}

/** A workload that is watched. */
export interface Watched {
  kube: Kube;
  /** As it was when the command began. */
  found: StatefulSet;
  watches: WorkloadWatches;
  /** Called whenever a watch is lost or mended; set by who wants to know. */
  listeners: { onConnection: (state: ConnectionState) => void; onProblem: (error: Error) => void };
}

/** Rolls a workload out, or says what that would do. Everything that can be refused is, before anything is touched. */
export async function runRollout(request: RolloutRequest, context: Context): Promise<ExitCode> {
  const kube = await context.connect(request.connection);
  try {
    const found = await fetchStatefulSet(kube, request.target.name);
    const { namespace, name } = found.metadata;
    await checkAccess(kube, {
      namespace,
      statefulSet: name,
      lease: leaseName('statefulset', name),
      disableEviction: request.disableEviction,
      switchStrategy: found.spec.updateStrategy.type !== ON_DELETE,
      acts: request.dryRun !== 'client',
    });
    const watched = await watch(kube, found, context);
    try {
      // The StatefulSet's own minReadySeconds holds, and --min-ready may ask for more.
      const minReadyMs = Math.max(request.options.minReadyMs, found.spec.minReadySeconds * 1000);
      const effective = { ...request, options: { ...request.options, minReadyMs } };
      return request.dryRun
        ? await plan(effective, watched, context)
        : await rollOut(effective, watched, context);
    } finally {
      await watched.watches.stop();
    }
  } finally {
    await kube.close();
  }
}

async function watch(kube: Kube, found: StatefulSet, context: Context): Promise<Watched> {
  const listeners: Watched['listeners'] = { onConnection: () => {}, onProblem: () => {} };
  const watches = await watchWorkload({
    kube,
    statefulSet: found,
    leaseName: leaseName('statefulset', found.metadata.name),
    clock: context.clock,
    random: context.random,
    onConnection: (state) => listeners.onConnection(state),
    onProblem: (error) => listeners.onProblem(error),
  });
  return { kube, found, watches, listeners };
}

async function plan(
  request: RolloutRequest,
  { kube, found, watches }: Watched,
  context: Context,
): Promise<ExitCode> {
  const { options } = request;
  const statefulSet = watches.statefulSet ?? found;
  const pods = [...watches.pods.values()];
  const observation = observeStatefulSet({ statefulSet, pods, nodes: watches.nodes });
  const memory = emptyMemory(observation.updateRevision);
  checkZones(observation, options, memory);
  const input = { statefulSet, pods, observation, options, memory };
  printPlan(input, planOf(input), context.stdout, request.output === 'json');
  if (request.dryRun !== 'server') return EXIT.done;

  const stale = observation.pods.filter((pod) => pod.stale && !pod.surplus && !pod.terminating);
  const { namespace } = statefulSet.metadata;
  const refused = await tryRemovals(
    kube,
    stale.map(({ name, uid }) => ({ namespace, name, uid })),
    { disableEviction: request.disableEviction, gracePeriodSeconds: undefined },
  );
  const { stderr } = context;
  for (const { pod, reason } of refused) {
    stderr.write(`evicting ${pod.name} would be refused now: ${reason}\n`);
  }
  stderr.write(
    `${stale.length - refused.length} of ${stale.length} evictions would be admitted now (dry run)\n`,
  );
  return EXIT.done;
}
