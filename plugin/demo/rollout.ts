import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kube } from '../../shared/kube/kube.ts';
import { readStatefulSet } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { watchCache } from '../../shared/kube/watch-cache.ts';
import type { Context } from '../context.ts';
import { type ExitCode, InterruptedError } from '../errors.ts';
import { NO_GATES } from '../gates/options.ts';
import { type RolloutFlags, runRollout } from '../rollout/run.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { ingester, OLD_IMAGE } from './ingester.ts';

export interface DemoOptions {
  pods: number;
  zones: number;
  /** Leave the cluster running until Ctrl-C. */
  keep: boolean;
  output: 'plain' | 'json' | undefined;
}

const NEW_IMAGE = 'cortex:v2';
const SETS = { ...RESOURCES.statefulsets, namespace: 'default' };

/** Starts a sandbox, makes a StatefulSet with a change that waits to be rolled out, and rolls it out. */
export async function demoRollout(options: DemoOptions, context: Context): Promise<ExitCode> {
  const { stderr } = context;
  const zones = Array.from(
    { length: options.zones },
    (_, index) => `zone-${String.fromCharCode(97 + index)}`,
  );
  const interrupted = new AbortController();
  const ignoreInterrupts = context.onInterrupt(() => interrupted.abort(new InterruptedError()));
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-zone-demo-'));
  const kubeconfig = join(folder, 'kubeconfig');
  stderr.write(`starting a cluster of ${zones.length} zones in this process, with ${options.pods} pods …\n`);
  const sandbox = await startSandbox({ zones, clock: context.clock });
  try {
    await writeFile(kubeconfig, sandbox.kubeconfig, { mode: 0o600 });
    const kube = await context.connect({ kubeconfig });
    try {
      await kube.request({
        method: 'POST',
        path: resourcePath(SETS),
        body: ingester(options.pods, OLD_IMAGE),
      });
      await allReady(kube, options.pods, context, interrupted.signal);
      await kube.request({
        method: 'PATCH',
        patch: 'strategic',
        path: resourcePath({ ...SETS, name: 'ingester' }),
        body: { spec: { template: { spec: { containers: [{ name: 'ingester', image: NEW_IMAGE }] } } } },
      });
    } finally {
      await kube.close();
    }
    stderr.write(
      `the same as "kubectl zone rollout sts/ingester" on any cluster; look at this one from another terminal:\n` +
        `  kubectl --kubeconfig ${kubeconfig} get pods -L topology.kubernetes.io/zone -w\n\n`,
    );
    const exitCode = await runRollout(request(kubeconfig, options), context);
    if (options.keep && !interrupted.signal.aborted) {
      stderr.write('\nthe cluster goes on until Ctrl-C\n');
      await aborted(interrupted.signal);
    }
    return exitCode;
  } finally {
    ignoreInterrupts();
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function request(kubeconfig: string, { output }: DemoOptions): RolloutFlags {
  return {
    target: { kind: 'statefulset', name: 'ingester' },
    change: undefined,
    options: { maxUnavailable: '33%' },
    gates: NO_GATES,
    ignoreAlarm: undefined,
    connection: { kubeconfig },
    timeoutMs: undefined,
    dryRun: undefined,
    output,
    disableEviction: false,
    restoreStrategy: false,
    failureBudget: undefined,
    yes: true,
    commandLine: 'kubectl zone demo',
    commandLineAfterChange: 'kubectl zone demo',
  };
}

/** Resolves when all pods are ready, as the watch tells. */
async function allReady(
  kube: Kube,
  pods: number,
  { clock, random }: Context,
  signal: AbortSignal,
): Promise<void> {
  const sets = watchCache({ kube, path: resourcePath(SETS), parse: readStatefulSet, clock, random });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = () => {
    const set = sets.items.get('default/ingester');
    if (set && set.status.readyReplicas >= pods && set.status.updateRevision !== '') resolve();
  };
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  sets.onChange(look);
  try {
    await Promise.race([promise, sets.synced.then(() => promise)]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    await sets.stop();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
