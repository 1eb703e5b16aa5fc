import { apiClient } from '../helpers/api-client.ts';
import { type KubectlResult, type KubectlTarget, kubectlLines, runKubectl } from '../helpers/kubectl.ts';
import { type Objects, objectsOf } from './objects.ts';
import { waitReady } from './ready.ts';

/** A cluster that a suite runs on, whichever it is. */
export interface TestCluster {
  readonly name: 'sandbox' | 'control-plane' | 'nodes';
  /** A kubeconfig file for kubectl and for the plugin, with all rights. */
  readonly kubeconfigPath: string;
  /** Runs kubectl and hands over what it said, whatever its exit code. */
  kubectl(
    args: readonly string[],
    options?: { input?: string; kubeconfigPath?: string },
  ): Promise<KubectlResult>;
  /** Runs a watching kubectl, line by line, until the caller stops reading, the signal aborts or the server ends it. */
  lines(args: readonly string[], signal: AbortSignal): AsyncIterable<string>;
  /** What the API server answers to `GET`, parsed. Rejects when its status is not 200. */
  raw(path: string): Promise<unknown>;
  /** The lines of a watch, which end as those of kubectl do. */
  rawLines(path: string, signal: AbortSignal): AsyncIterable<string>;
  /** What kubectl makes of `-o json`, parsed. Rejects with what kubectl said when it fails. */
  json(args: readonly string[]): Promise<unknown>;
  /** Applies objects on the server side. Rejects with what kubectl said when one is refused. */
  apply(...objects: object[]): Promise<void>;
  /** Waits until objects are so. */
  until: Objects['until'];
  /** Waits until all replicas of a StatefulSet or Deployment, or one Pod, are Ready. Rejects after two minutes. */
  waitReady(kind: string, name: string, namespace: string): Promise<void>;
  /** Takes the API server away for this long, and resolves when it answers again. */
  restartApiServer(downMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** The shape of a cluster, where a suite needs a special one. */
export interface ClusterOptions {
  /** `zone-a`, `zone-b` and `zone-c` unless told. */
  zones?: string[];
  /** 2 unless told. */
  nodesPerZone?: number;
}

export type ClusterFactory = (options?: ClusterOptions) => Promise<TestCluster>;

/** Gives a kubeconfig and a kubectl the interface that suites use. */
export function makeTestCluster(
  name: TestCluster['name'],
  target: KubectlTarget,
  { restartApiServer, stop }: Pick<TestCluster, 'restartApiServer' | 'stop'>,
): TestCluster {
  const succeed = async (args: readonly string[], input?: string): Promise<string> => {
    const { stdout, stderr, code } = await runKubectl(target, args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
    return stdout;
  };
  const client = apiClient(target.kubeconfigPath);
  const objects = objectsOf(client);
  return {
    name,
    kubeconfigPath: target.kubeconfigPath,
    kubectl: (args, { input, kubeconfigPath = target.kubeconfigPath } = {}) =>
      runKubectl({ ...target, kubeconfigPath }, args, input),
    lines: (args, signal) => kubectlLines(target, args, signal),
    async raw(path) {
      const { status, text } = await client.send({ path });
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
      return JSON.parse(text);
    },
    rawLines: client.lines,
    json: async (args) => (await objects.get(args)) ?? JSON.parse(await succeed([...args, '-o', 'json'])),
    async apply(...all) {
      for (const object of all) {
        if (await objects.apply(object)) continue;
        await succeed(['apply', '--server-side', '--force-conflicts', '-f', '-'], JSON.stringify(object));
      }
    },
    until: objects.until,
    waitReady: (kind, objectName, namespace) => waitReady(objects, { kind, name: objectName, namespace }),
    restartApiServer,
    async stop() {
      client.close();
      await stop();
    },
  };
}
