import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessGroup } from '../helpers/process-group.ts';
import { type RunningProcess, waitUntil } from '../helpers/processes.ts';
import { type Api, makeApi } from './api.ts';
import type { Binaries } from './binaries.ts';
import {
  apiServerArgs,
  type Component,
  controllerManagerArgs,
  etcdArgs,
  kwokArgs,
  type Layout,
  paths,
  schedulerArgs,
  schedulerConfig,
} from './components.ts';
import { type Identities, type Identity, writeKubeconfig } from './credentials.ts';
import { stagePaths } from './files.ts';

/** Generous: a busy machine may be slow, and a component that fails ends, which is noticed at once. */
const READY_DEADLINE_MS = 120_000;

export interface LaunchPlan {
  layout: Layout;
  binaries: Binaries;
  identities: Identities;
  group: ProcessGroup;
  withScheduler: boolean;
}

/** The components, running; the API server can be stopped and started again. */
export interface Launched {
  server: { url: string; caPath: string };
  api: Api;
  adminKubeconfigPath: string;
  kubeconfigsDir: string;
  stopApiServer(): Promise<void>;
  startApiServer(): Promise<void>;
}

/** Starts the components in the order in which they need each other. The files they read must be there. */
export async function launch(plan: LaunchPlan): Promise<Launched> {
  const { layout, identities } = plan;
  const at = paths(layout.dir);
  const server = { url: `https://${layout.address}:${layout.apiServerPort}`, caPath: at.ca };
  const api = makeApi(server, identities.admin.token);

  const start = (component: Component, args: readonly string[]) =>
    plan.group.start({
      name: component,
      command: plan.binaries[component],
      args,
      logPath: join(at.logs, `${component}.log`),
    });
  const startApiServer = async () => {
    const process = await start('kube-apiserver', apiServerArgs(layout));
    await apiServerIsReady(api, [etcd, process]);
    return process;
  };
  const kubeconfig = (who: Identity) => writeKubeconfig(at.kubeconfigs, server, who);

  const etcd = await start('etcd', etcdArgs(layout));
  let apiServer = await startApiServer();

  await start(
    'kube-controller-manager',
    controllerManagerArgs(layout, await kubeconfig(identities.controllerManager)),
  );
  if (!layout.realNodes) await start('kwok', kwokArgs(await kubeconfig(identities.kwok), await stagePaths()));
  await writeFile(
    at.schedulerConfig,
    JSON.stringify(schedulerConfig(await kubeconfig(identities.scheduler))),
  );
  const startScheduler = async () =>
    plan.withScheduler ? start('kube-scheduler', schedulerArgs(layout)) : undefined;
  let scheduler = await startScheduler();

  return {
    server,
    api,
    adminKubeconfigPath: await kubeconfig(identities.admin),
    kubeconfigsDir: at.kubeconfigs,
    // The scheduler may end with "cache is corrupted" when the API server comes back with a pod that was bound in
    // the meantime. In a cluster its kubelet restarts it; here it is away as long as the API server.
    async stopApiServer() {
      if (scheduler) await plan.group.kill(scheduler);
      await plan.group.kill(apiServer);
    },
    async startApiServer() {
      apiServer = await startApiServer();
      scheduler = await startScheduler();
    },
  };
}

function apiServerIsReady(api: Api, processes: readonly RunningProcess[]): Promise<void> {
  const ready = async () => (await api('GET', '/readyz')).code === 200;
  return waitUntil('the API server is ready', ready, { processes, deadlineMs: READY_DEADLINE_MS });
}
