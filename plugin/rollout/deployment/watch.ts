import type { Kube } from '../../../shared/kube/kube.ts';
import type { Lease } from '../../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';
import { labelSelectorText } from '../../../shared/kube/selectors.ts';
import { watchCache } from '../../../shared/kube/watch-cache.ts';
import {
  type ReplicaSet,
  type RolledDeployment,
  readReplicaSet,
  readRolledDeployment,
} from '../../../shared/rollout/deployment-objects.ts';
import { ownedSets } from '../../../shared/rollout/observe-deployment.ts';
import { deploymentWorkload, type Workload } from '../../../shared/rollout/workload.ts';
import { ANNOTATION } from '../lock.ts';
import type { CommonCacheOptions, OwnCaches, WorkloadWatches } from '../watches.ts';
import { decodeOriginals, originalsOf } from './originals.ts';

/** The objects that a Deployment consists of. */
export interface DeploymentObjects {
  deployment: RolledDeployment;
  /** Those that it controls, the oldest first. */
  replicaSets: readonly ReplicaSet[];
}

/** A Deployment that is watched. */
export interface WatchedDeployment {
  kube: Kube;
  /** As it was when the command began. */
  found: DeploymentObjects;
  watches: WorkloadWatches<DeploymentObjects>;
}

/** @param kept what the Lease said when the command began, for where it may not be watched */
export function deploymentCaches(
  common: CommonCacheOptions,
  { metadata, spec }: RolledDeployment,
  kept: string | undefined,
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
    toWorkload: (objects, lease) => workloadOf(objects, heldBefore(lease) ?? kept),
  };
}

/** What a rollout has written into its Lease about how the Deployment was. */
export function heldBefore(lease: Lease | undefined): string | undefined {
  return lease?.metadata.annotations[ANNOTATION.heldBefore];
}

/** @param kept text of the originals; undefined for none */
export function workloadOf(
  { deployment, replicaSets }: DeploymentObjects,
  kept: string | undefined,
): Workload {
  const { minReadySeconds } = originalsOf(deployment, decodeOriginals(kept));
  return deploymentWorkload(deployment, replicaSets, minReadySeconds);
}
