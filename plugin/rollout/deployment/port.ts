import { FIRST_LOOK } from '../../../shared/rollout/workload.ts';
import { zoneOfPod, zonesOf } from '../../../shared/zones.ts';
import { leaseName } from '../lock.ts';
import type { WorkloadPort } from '../port.ts';
import { fetchRolloutLease } from '../rollout-lease.ts';
import { agreeToHold } from './agreement.ts';
import { leaveDeployment } from './leave.ts';
import { decodeOriginals, originalsOf } from './originals.ts';
import { prepareDeployment } from './prepare.ts';
import { DeploymentSteps } from './steps.ts';
import { heldBefore, type WatchedDeployment, workloadOf } from './watch.ts';

/**
 * A Deployment's controller replaces pods by itself. Its rollout is a series of steps in which it is allowed to; see
 * `shared/rollout/deployment-step.ts` for what keeps it from doing more.
 */
export function deploymentPort(watched: WatchedDeployment): WorkloadPort {
  const { kube, found, watches } = watched;
  let steps: DeploymentSteps | undefined;
  /** Until the watch shows this generation, what it says of the brake is older than our own last act. */
  let brake: { released: boolean; generation: number } = { released: false, generation: 0 };
  const workload = () => watches.workload ?? workloadOf(found, undefined);
  const zoneOf = (name: string) => {
    const pod = [...watches.pods.values()].find(({ metadata }) => metadata.name === name);
    const { spec, metadata } = pod ?? {};
    return zoneOfPod({ node: spec?.nodeName, labels: metadata?.labels ?? {} }, zonesOf(watches.nodes));
  };
  return {
    agree: (request, context) => agreeToHold(request, watched, context),
    async isLeftUnfinished() {
      const { namespace, name } = found.deployment.metadata;
      const lease = await fetchRolloutLease(kube, { namespace, name: leaseName('deployment', name) });
      return heldBefore(lease) !== undefined;
    },
    prepare: (request, lock, context, signal) => prepareDeployment(request, watched, lock, context, signal),
    gate() {
      const { metadata, spec } = watches.own?.deployment ?? found.deployment;
      const isOurs = brake.released || metadata.generation < brake.generation;
      return {
        name: 'the brake',
        state: spec.paused || isOurs ? 'open' : 'closed',
        reason:
          spec.paused || isOurs
            ? 'paused'
            : `somebody has resumed the Deployment, so its controller replaces pods by itself; pause it to go on: kubectl -n ${metadata.namespace} rollout pause deployment/${metadata.name}`,
      };
    },
    removals(given) {
      steps = new DeploymentSteps({
        ...given,
        watches,
        zoneOf,
        usualMinReadySeconds: () =>
          originalsOf((watches.own ?? found).deployment, decodeOriginals(given.lock.heldBefore))
            .minReadySeconds,
        onBrake(state) {
          brake = state.released ? { released: true, generation: brake.generation } : state;
        },
      });
      return steps;
    },
    complete: async () => {},
    async leave(_request, lock, outcome, context) {
      await steps?.abandon();
      const { pods } = workload().observe({ pods: watches.pods.values(), nodes: watches.nodes }, FIRST_LOOK);
      const isFinished = outcome === 'done' || pods.every((pod) => !pod.stale);
      await leaveDeployment(watched, lock, isFinished, context);
    },
  };
}
