import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../../plugin/cli/errors.ts';
import { installRequest } from '../../plugin/commands/install.ts';
import { runInstall } from '../../plugin/install/apply/run.ts';
import { main } from '../../plugin/main.ts';
import type { Kube, KubeRequest } from '../../shared/kube/kube.ts';
import { testContext } from '../helpers/context.ts';
import type { PluginRun } from '../helpers/plugin-run.ts';
import { waitUntil } from '../helpers/processes.ts';
import { type InstallOptions, type Replica, startReplica } from '../webhook/helpers/installation.ts';
import { type RoundRobin, startRoundRobin } from '../webhook/helpers/round-robin.ts';
import type { TestCluster } from './cluster.ts';

/** Any image will do: nodes only pretend to run it. */
export const IMAGE = 'registry.test/kubectl-zone-webhook:v1';

/**
 * Installs into a cluster whose pods are simulated. The webhook's processes run here instead, behind an address that
 * stands in for the Service: requests that write webhook configurations name it.
 */
export interface InstallBench {
  readonly front: RoundRobin;
  readonly replicas: readonly Replica[];
  /** Runs a command of the plugin. */
  run(argv: readonly string[], kubeconfigPath?: string): PluginRun;
  /** `kubectl zone install` of another version than that of the source. */
  installVersion(version: string, ...argv: string[]): PluginRun;
  /** Starts a process, waits until it is ready, and sends requests to it. */
  startReplica(options?: InstallOptions): Promise<Replica>;
  /** Ends a process as the end of its pod does: no new requests, and then SIGTERM. */
  endReplica(replica: Replica): Promise<void>;
  stop(): Promise<void>;
}

export async function installBench(cluster: TestCluster): Promise<InstallBench> {
  const dir = await mkdtemp(join(tmpdir(), 'install-'));
  const front = await startRoundRobin([]);
  const replicas: Replica[] = [];
  const running = () => replicas.filter(({ process }) => process.ended() === undefined);

  const start = (
    kubeconfigPath: string,
    begin: (bench: ReturnType<typeof testContext>) => Promise<number>,
  ): PluginRun => {
    const operator = testContext({ KUBECONFIG: kubeconfigPath });
    const { context, stdout, stderr, interrupt } = operator;
    const connect = async (options: Parameters<typeof context.connect>[0]) =>
      behindFront(await context.connect(options), `https://127.0.0.1:${front.port}`);
    const end = begin({ ...operator, context: { ...context, connect } }).then((code) => {
      stdout.end();
      stderr.end();
      return { code, stdout: stdout.text, stderr: stderr.text };
    });
    return { stdout, stderr, interrupt, end };
  };

  return {
    front,
    replicas,
    run: (argv, kubeconfigPath = cluster.kubeconfigPath) =>
      start(kubeconfigPath, ({ context }) => main(argv, context)),
    installVersion: (version, ...argv) =>
      start(cluster.kubeconfigPath, async ({ context, stderr }) => {
        const request = installRequest(
          { image: IMAGE, yes: true, wait: true, ...Object.fromEntries(argv.map((flag) => [flag, true])) },
          { commandLine: 'kubectl zone install' },
        );
        return runInstall(request, context, version).catch((error: unknown) => {
          stderr.append(Buffer.from(String(error)));
          return EXIT.failed;
        });
      }),
    async startReplica(options = {}) {
      const replica = await startReplica(cluster, dir, replicas.length, options);
      replicas.push(replica);
      await waitUntil('webhook is ready', () => replica.isReady(), {
        processes: [replica.process],
        deadlineMs: 60_000,
        intervalMs: 100,
      });
      front.setPorts(running().map(({ port }) => port));
      return replica;
    },
    async endReplica(replica) {
      front.setPorts(
        running()
          .filter((each) => each !== replica)
          .map(({ port }) => port),
      );
      await replica.terminate();
    },
    async stop() {
      await cluster.kubectl([
        'delete',
        'validatingwebhookconfiguration,mutatingwebhookconfiguration',
        'kubectl-zone',
        '--ignore-not-found',
      ]);
      for (const { process } of running()) await process.kill();
      await front.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

interface Configuration {
  kind: string;
  webhooks: { clientConfig: { service?: { path: string } } }[];
}

/** Writes the front's address where a webhook configuration names the Service. */
function behindFront(kube: Kube, url: string): Kube {
  return { ...kube, request: (request) => kube.request({ ...request, body: readdressed(request, url) }) };
}

function readdressed({ method, body }: KubeRequest, url: string): unknown {
  const configuration = body as Configuration | undefined;
  if (method !== 'PATCH' || !configuration?.kind?.endsWith('WebhookConfiguration')) return body;
  const webhooks = configuration.webhooks.map((webhook) => ({
    ...webhook,
    clientConfig: { url: `${url}${webhook.clientConfig.service?.path}` },
  }));
  return { ...configuration, webhooks };
}
