import { tryRemovals } from '../../shared/removals/try-removals.ts';
import { emptyMemory } from '../../shared/rollout/decide/memory.ts';
import { FIRST_LOOK, withFirstZones } from '../../shared/rollout/decide/workload.ts';
import { checkZones } from '../../shared/rollout/drive/preflight.ts';
import { observeChanged } from '../../shared/rollout/drive/template.ts';
import type { Watched } from '../../shared/rollout/drive/workload-port.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeLine } from '../cli/output.ts';
import type { RolloutCommand } from './request.ts';
import { planOf, printPlan } from './show-plan.ts';

/**
 * Prints what the rollout would do with the change of the template applied; `server` also asks the API server about
 * each eviction. Changes nothing.
 */
export async function dryRun(
  request: RolloutCommand,
  { kube, found, watches }: Watched,
  context: Context,
): Promise<ExitCode> {
  const { sources, change, notices } = request;
  const { stderr } = context;
  const workload = watches.workload ?? found;
  const options = withFirstZones(request.options, workload);
  const pods = [...watches.pods.values()];
  const seen = workload.observe(watches.cluster, FIRST_LOOK);
  const observation = change ? observeChanged(seen, pods, workload, change) : seen;
  const memory = emptyMemory(observation.updateRevision);
  checkZones(observation, request.options, memory);
  for (const notice of notices) writeLine(stderr, `note: ${notice}`);
  const input = { workload, pods, observation, options, memory, change, sources };
  await printPlan(input, planOf(input), context.stdout, request.output);
  if (request.dryRun !== 'server') return EXIT.done;

  const stale = observation.pods.filter((pod) => pod.stale && !pod.surplus && !pod.terminating);
  const { namespace } = workload.id;
  const refused = await tryRemovals(
    kube,
    stale.map(({ name, uid }) => ({ namespace, name, uid })),
    { disableEviction: request.disableEviction, gracePeriodSeconds: undefined },
  );
  for (const { pod, reason } of refused) {
    writeLine(stderr, `eviction of ${pod.name} would be refused now: ${reason}`);
  }
  writeLine(
    stderr,
    `${stale.length - refused.length} of ${stale.length} evictions would be admitted now (dry run)`,
  );
  return EXIT.done;
}
