import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { type ClusterFactory, makeTestCluster, type TestCluster } from './cluster.ts';

/** Starts a control plane of its own for each call. */
export const controlPlaneCluster: ClusterFactory = async (options) =>
  clusterOf(await startControlPlane(options));

/** Gives a running control plane the interface of a test cluster; stopping the cluster stops the control plane. */
export async function clusterOf(controlPlane: ControlPlane): Promise<TestCluster> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'kubectl-cache-'));
  const { kubectlPath, kubeconfigPath } = controlPlane;
  return makeTestCluster('control-plane', { kubectlPath, kubeconfigPath, cacheDir }, async () => {
    await rm(cacheDir, { recursive: true, force: true });
    await controlPlane.stop();
  });
}
