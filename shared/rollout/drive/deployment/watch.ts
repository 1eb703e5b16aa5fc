import type { Kube } from '../../../kube/kube.ts';
import { RESOURCES, resourcePath } from '../../../kube/paths.ts';
import { labelSelectorText } from '../../../kube/selectors.ts';
import { watchCache } from '../../../kube/watch-cache.ts';
import {
  type ReplicaSet,
  type RolledDeployment,
  readReplicaSet,
  readRolledDeployment,
} from '../../decide/deployment-objects.ts';
import { ownedSets } from '../../decide/observe-deployment.ts';
import { deploymentWorkload, type Workload } from '../../decide/workload.ts';
import type { CommonCacheOptions, OwnCaches, WorkloadWatches } from '../watches.ts';
import { originalsOf } from './originals.ts';

/** A Deployment and its ReplicaSets. */
export interface DeploymentObjects {
  deployment: RolledDeployment;
  /** The ones it controls, oldest first. */
  replicaSets: readonly ReplicaSet[];
}

/** A Deployment being watched. */
export interface WatchedDeployment {
  kube: Kube;
  /** Its state when the command began. */
  found: DeploymentObjects;
  watches: WorkloadWatches<DeploymentObjects>;
  /** Paths of our requests that may still be carried out: they got no response. */
  readonly unanswered: Set<string>;
}

export function deploymentCaches(
  common: CommonCacheOptions,
  { metadata, spec }: RolledDeployment,
): OwnCaches<DeploymentObjects> {
  const { namespace, name } = metadata;
  const deployments = watchCache<RolledDeployment>({
    ...common,
    path: resourcePath({ ...RESOURCES.deployments, namespace }),
    fieldSelector: `metadata.name=${name}`,
    parse: readRolledDeployment,
  });
  const sets = watchCache<ReplicaSet>({
    ...common,
    path: resourcePath({ ...RESOURCES.replicasets, namespace }),
    labelSelector: labelSelectorText(spec.selector),
    parse: readReplicaSet,
  });
  return {
    caches: [deployments, sets],
    read() {
      const deployment = deployments.items.get(`${namespace}/${name}`);
      return deployment && { deployment, replicaSets: ownedSets(deployment, sets.items.values()) };
    },
    toWorkload: workloadOf,
  };
}

export function workloadOf({ deployment, replicaSets }: DeploymentObjects): Workload {
  const { minReadySeconds } = originalsOf(deployment);
  return deploymentWorkload(deployment, replicaSets, minReadySeconds);
}
