import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../../plugin/sandbox/sandbox.ts';
import { kubectlPath } from '../helpers/kubectl.ts';
import { type ClusterFactory, makeTestCluster } from './cluster.ts';

/** Starts a sandbox of its own for each call. */
export const sandboxCluster: ClusterFactory = async (options = {}) => {
  const sandbox = await startSandbox(options);
  const dir = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const kubeconfigPath = join(dir, 'kubeconfig');
  await writeFile(kubeconfigPath, sandbox.kubeconfig, { mode: 0o600 });
  const target = { kubectlPath: await kubectlPath(), kubeconfigPath, cacheDir: join(dir, 'cache') };
  return makeTestCluster('sandbox', target, async () => {
    await sandbox.stop();
    await rm(dir, { recursive: true, force: true });
  });
};
