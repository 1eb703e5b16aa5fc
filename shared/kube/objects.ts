/** The Kubernetes objects we read: only the fields we use, with the API's defaults and times in epoch milliseconds. */
export { type PodDisruptionBudget, readPodDisruptionBudget } from './objects/disruption-budget.ts';
export { type Lease, readLease } from './objects/lease.ts';
export { type Condition, type Controller, type ObjectMeta, readObjectMeta } from './objects/metadata.ts';
export { type Node, readNode } from './objects/node.ts';
export {
  type Container,
  type ContainerKind,
  type ContainerStatus,
  type Pod,
  readPod,
} from './objects/pod.ts';
export {
  type ControllerRevision,
  type Deployment,
  readControllerRevision,
  readDeployment,
  readStatefulSet,
  type StatefulSet,
} from './objects/workload.ts';
