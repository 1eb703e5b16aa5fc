import type { Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { readNode } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import type { Context } from '../cli/context.ts';
import type { ExitCode } from '../cli/errors.ts';
import { setUnschedulable } from '../drain/cordon.ts';
import { runDrain } from '../drain/drain.ts';
import type { DrainRequest } from '../drain/request.ts';
import { ingester, OLD_IMAGE } from './ingester.ts';
import { allReady, type DemoHost, type DemoOptions, onSandbox, SETS } from './stage.ts';

const NODES_PER_ZONE = 6;
const BUDGETS = { ...RESOURCES.poddisruptionbudgets, namespace: 'default' };

/** Starts a sandbox whose nodes are half an old pool with all the pods and half a new one, and drains the old one. */
export function demoDrain(options: DemoOptions, context: Context, host: DemoHost): Promise<ExitCode> {
  const { pods, zones } = options;
  return onSandbox(options, context, {
    nodesPerZone: NODES_PER_ZONE,
    command: 'kubectl zone drain -l pool=old',
    lookAt: 'get pods -o wide -w',
    async prepare(kube, signal) {
      const unused = await dividePools(kube);
      await kube.request({ method: 'POST', path: resourcePath(BUDGETS), body: budget(pods, zones) });
      await kube.request({ method: 'POST', path: resourcePath(SETS), body: ingester(pods, OLD_IMAGE) });
      await allReady(kube, pods, context, signal);
      await Promise.all(unused.map((node) => setUnschedulable(kube, node, false)));
    },
    run: (kubeconfig) => runDrain(request(kubeconfig, options), context, host.openDrainReporter),
  });
}

/**
 * Labels every other node `pool=old`, and cordons the others.
 *
 * @returns the others
 */
async function dividePools(kube: Kube): Promise<string[]> {
  const { items } = await listAll(kube, { path: resourcePath(RESOURCES.nodes) });
  const names = items.map((item) => readNode(item).metadata.name);
  const isOld = (_: string, index: number) => index % 2 === 0;
  const unused = names.filter((name, index) => !isOld(name, index));
  await Promise.all([
    ...names.filter(isOld).map((name) =>
      kube.request({
        method: 'PATCH',
        patch: 'strategic',
        path: resourcePath({ ...RESOURCES.nodes, name }),
        body: { metadata: { labels: { pool: 'old' } } },
      }),
    ),
    ...unused.map((name) => setUnschedulable(kube, name, true)),
  ]);
  return unused;
}

/** Half a zone at a time, so that pods have to wait for each other. */
function budget(pods: number, zones: number): object {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'ingester', namespace: 'default' },
    spec: {
      maxUnavailable: Math.max(1, Math.ceil(pods / zones / 2)),
      selector: { matchLabels: { app: 'ingester' } },
    },
  };
}

function request(kubeconfig: string, { output }: DemoOptions): DrainRequest {
  return {
    targets: { names: [], selector: 'pool=old', zones: [] },
    options: { zoneOrder: [], maxNodes: undefined, soakMs: 0, pendingMs: 60_000, ignoreBroken: [] },
    filters: {
      ignoreDaemonSets: true,
      deleteEmptyDirData: false,
      force: false,
      podSelector: undefined,
      skipWaitForDeleteMs: undefined,
    },
    removal: { disableEviction: false, gracePeriodSeconds: undefined },
    connection: { kubeconfig },
    timeoutMs: undefined,
    dryRun: undefined,
    output,
    uncordonOnFailure: false,
    yes: true,
    commandLine: 'kubectl zone demo drain',
  };
}
