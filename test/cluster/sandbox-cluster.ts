import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../plugin/sandbox/sandbox.ts';
import { kubectlPath } from '../helpers/kubectl.ts';
import { type ClusterOptions, makeTestCluster, type TestCluster } from './cluster.ts';

/** A sandbox with its switches for faults. */
export interface SandboxCluster extends TestCluster {
  readonly sandbox: Sandbox;
}

/** Starts a sandbox of its own for each call. */
export async function sandboxCluster(options: ClusterOptions = {}): Promise<SandboxCluster> {
  const sandbox = await startSandbox(options);
  const dir = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const kubeconfigPath = join(dir, 'kubeconfig');
  await writeFile(kubeconfigPath, sandbox.kubeconfig, { mode: 0o600 });
  const target = { kubectlPath: await kubectlPath(), kubeconfigPath, cacheDir: join(dir, 'cache') };
  const cluster = makeTestCluster('sandbox', target, {
    restartApiServer: (downMs) => sandbox.restartAfter(downMs),
    async stop() {
      await sandbox.stop();
      await rm(dir, { recursive: true, force: true });
    },
  });
  return { ...cluster, sandbox };
}
