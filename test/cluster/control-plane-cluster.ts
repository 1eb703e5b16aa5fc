import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { type ClusterOptions, makeTestCluster, type TestCluster } from './cluster.ts';

/** A control plane with its users. */
export interface ControlPlaneCluster extends TestCluster {
  /** A kubeconfig file for a user who may do what RBAC objects say. */
  kubeconfigFor(user: string): Promise<string>;
}

/** Starts a control plane of its own for each call. */
export async function controlPlaneCluster(options?: ClusterOptions): Promise<ControlPlaneCluster> {
  return clusterOf(await startControlPlane(options));
}

/** Gives a running control plane the interface of a test cluster; stopping the cluster stops the control plane. */
export async function clusterOf(
  controlPlane: ControlPlane,
  name: TestCluster['name'] = 'control-plane',
): Promise<ControlPlaneCluster> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'kubectl-cache-'));
  const { kubectlPath, kubeconfigPath } = controlPlane;
  const cluster = makeTestCluster(
    name,
    { kubectlPath, kubeconfigPath, cacheDir },
    {
      restartApiServer: controlPlane.restartApiServer,
      async stop() {
        await rm(cacheDir, { recursive: true, force: true });
        await controlPlane.stop();
      },
    },
  );
  return { ...cluster, kubeconfigFor: (user) => controlPlane.kubeconfigFor(user) };
}
