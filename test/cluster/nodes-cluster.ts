import { type Nodes, startNodes } from '../nodes/nodes.ts';
import type { ClusterOptions } from './cluster.ts';
import { type ControlPlaneCluster, clusterOf } from './control-plane-cluster.ts';

/** Real nodes, and what only they can do. */
export interface NodesCluster extends ControlPlaneCluster, Pick<Nodes, 'nodes' | 'loadImage' | 'tagImage'> {}

/** Starts a control plane with real nodes; only one at a time, and only in namespaces made for it. */
export async function nodesCluster(options?: ClusterOptions): Promise<NodesCluster> {
  const started = await startNodes(options);
  const cluster = await clusterOf(started, 'nodes');
  const { nodes, loadImage, tagImage } = started;
  return { ...cluster, nodes, loadImage, tagImage };
}
