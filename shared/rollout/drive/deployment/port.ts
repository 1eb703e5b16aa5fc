import { NODE_ZONES } from '../../../kube/zones.ts';
import { podReader } from '../../decide/observe-pod.ts';
import { FIRST_LOOK } from '../../decide/workload.ts';
import type { WorkloadPort } from '../workload-port.ts';
import { agreeToHold } from './confirm-changes.ts';
import { keptOriginals, originalsOf } from './originals.ts';
import { BrakeGuard } from './other-hands.ts';
import { prepareDeployment } from './prepare.ts';
import { leaveDeployment } from './release.ts';
import { DeploymentSteps } from './steps.ts';
import { type WatchedDeployment, workloadOf } from './watch.ts';

/**
 * A Deployment's controller replaces pods itself. The rollout is a series of steps in which it is allowed to;
 * `shared/rollout/decide/deployment-step.ts` explains what limits it to the chosen pods.
 */
export function deploymentPort(watched: WatchedDeployment): WorkloadPort {
  const { found, watches } = watched;
  let steps: DeploymentSteps | undefined;
  let guard: BrakeGuard | undefined;
  const workload = () => watches.workload ?? workloadOf(found);
  const zoneOf = (name: string) => {
    const pod = [...watches.pods.values()].find(({ metadata }) => metadata.name === name);
    const { nodes, zones = NODE_ZONES } = watches.cluster;
    return pod && podReader(nodes, zones)(pod).zone;
  };
  return {
    agree: (request, context) => agreeToHold(request, watched, context),
    isLeftUnfinished: async () => keptOriginals(found.deployment) !== undefined,
    prepare: (request, lock, context, signal) => prepareDeployment(request, watched, lock, context, signal),
    gates: () => [],
    removals(given) {
      guard = new BrakeGuard({ ...given, watches, onLifted: given.onStray });
      const { look, expect } = { look: guard.look.bind(guard), expect: guard.expect.bind(guard) };
      watches.onChange(look);
      queueMicrotask(look);
      steps = new DeploymentSteps({
        ...given,
        watches,
        unanswered: watched.unanswered,
        zoneOf,
        usualMinReadySeconds: () => originalsOf((watches.own ?? found).deployment).minReadySeconds,
        onBrake: expect,
      });
      return steps;
    },
    complete: async () => {},
    async leave(_request, lock, outcome, context) {
      guard?.end();
      await steps?.abandon();
      const { pods } = workload().observe(watches.cluster, FIRST_LOOK);
      const isFinished = outcome === 'done' || pods.every((pod) => !pod.stale);
      await leaveDeployment(watched, lock, isFinished, context);
      return watched.unanswered.size === 0;
    },
  };
}
