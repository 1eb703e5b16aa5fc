import { UserError } from '../../../errors.ts';
import { getOrExplain } from '../../../kube/get-or-explain.ts';
import type { Kube } from '../../../kube/kube.ts';
import { listAll } from '../../../kube/list.ts';
import { RESOURCES, resourcePath } from '../../../kube/paths.ts';
import { labelSelectorText } from '../../../kube/selectors.ts';
import { readReplicaSet, readRolledDeployment } from '../../decide/deployment-objects.ts';
import { ownedSets } from '../../decide/observe-deployment.ts';
import { watchWorkload } from '../watches.ts';
import type { FetchedWorkload } from '../workload-port.ts';
import { deploymentPort } from './port.ts';
import { giveUpDeployment } from './release.ts';
import { type DeploymentObjects, deploymentCaches, workloadOf } from './watch.ts';

/**
 * Gets the Deployment to roll out.
 *
 * @throws UserError that lists the existing ones if it does not exist, or if its strategy is not RollingUpdate
 */
export async function fetchDeployment(kube: Kube, name: string): Promise<FetchedWorkload> {
  const { namespace } = kube;
  const address = { ...RESOURCES.deployments, namespace, name };
  const deployment = readRolledDeployment(await getOrExplain(kube, address, 'deployment'));
  if (deployment.spec.strategy.type !== 'RollingUpdate') {
    throw new UserError(
      `deployment/${name} has strategy ${deployment.spec.strategy.type}: its controller removes all pods at once`,
      `kubectl -n ${namespace} patch deployment ${name} --type merge -p '{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":0,"maxUnavailable":1}}}}'`,
    );
  }
  const { items } = await listAll(kube, {
    path: resourcePath({ ...RESOURCES.replicasets, namespace }),
    query: { labelSelector: labelSelectorText(deployment.spec.selector) },
  });
  const found: DeploymentObjects = {
    deployment,
    replicaSets: ownedSets(deployment, items.map(readReplicaSet)),
  };
  const workload = workloadOf(found);
  return {
    workload,
    patches: true,
    giveUp: (how) => giveUpDeployment({ kube, ...how }, deployment),
    async open({ clock, random }, listeners, zones) {
      const watches = await watchWorkload<DeploymentObjects>({
        ...{ kube, workload, clock, random, zones, ...listeners },
        podSelector: labelSelectorText(deployment.spec.selector),
        open: (common) => deploymentCaches(common, deployment),
      });
      return { watches, port: deploymentPort({ kube, found, watches, unanswered: new Set() }) };
    },
  };
}
