import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterruptedError } from '../../shared/errors.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { readStatefulSet } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { watchCache } from '../../shared/kube/watch-cache.ts';
import type { Context } from '../cli/context.ts';
import type { ExitCode } from '../cli/errors.ts';
import { writeLine, writeLines } from '../cli/output.ts';
import type { EventOutput } from '../cli/print-data.ts';
import type { OpenDrainReporter } from '../drain/events.ts';
import type { OpenRolloutReporter } from '../rollout/reporter.ts';
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts';
import type { OpenFlushReporter } from './flush/events.ts';
import type { OpenZeroDowntimeReporter } from './zero-downtime/events.ts';

export interface DemoOptions {
  pods: number;
  zones: number;
  /** Leave the cluster running until Ctrl-C. */
  keep: boolean;
  output: EventOutput | undefined;
}

/** What the command provides to a demo. */
export interface DemoHost {
  openRolloutReporter: OpenRolloutReporter;
  openDrainReporter: OpenDrainReporter;
  openFlushReporter: OpenFlushReporter;
  openZeroDowntimeReporter: OpenZeroDowntimeReporter;
  /** Runs `kubectl zone` with these words, as if they were typed. */
  runCommand(words: readonly string[], context: Context): Promise<ExitCode>;
}

/** A demo that runs on a sandbox. */
export interface Demo {
  nodesPerZone?: number;
  /** Prepares the cluster. Rejects when the signal aborts. */
  prepare(kube: Kube, signal: AbortSignal): Promise<void>;
  /** Printed at the start: the equivalent command on any cluster. */
  command: string;
  /** A command to observe it from another terminal, as words after `kubectl`. */
  lookAt: string;
  /** Runs the demo. */
  run(kubeconfig: string, sandbox: Sandbox): Promise<ExitCode>;
}

/** The message of an interrupted demo. */
export const DEMO_INTERRUPTED = 'interrupted; the cluster of the demo was removed';

export const SETS = { ...RESOURCES.statefulsets, namespace: 'default' };

/** Runs a demo on its own sandbox, and leaves nothing behind. */
export async function onSandbox(options: DemoOptions, context: Context, demo: Demo): Promise<ExitCode> {
  const { stderr } = context;
  const zones = Array.from(
    { length: options.zones },
    (_, index) => `zone-${String.fromCharCode(97 + index)}`,
  );
  const interrupted = new AbortController();
  const ignoreInterrupts = context.onInterrupt(() =>
    interrupted.abort(new InterruptedError(DEMO_INTERRUPTED)),
  );
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-zone-demo-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeLine(
    stderr,
    `starting a cluster of ${zones.length} zones in this process, with ${options.pods} pods …`,
  );
  const { nodesPerZone } = demo;
  const sandbox = await startSandbox({
    zones,
    clock: context.clock,
    ...(nodesPerZone !== undefined && { nodesPerZone }),
  });
  try {
    await writeFile(kubeconfig, sandbox.kubeconfig, { mode: 0o600 });
    const kube = await context.connect({ kubeconfig });
    try {
      await demo.prepare(kube, interrupted.signal);
    } finally {
      await kube.close();
    }
    writeLines(stderr, [
      `the same as "${demo.command}" on any cluster; inspect this one from another terminal:`,
      `  kubectl --kubeconfig ${kubeconfig} ${demo.lookAt}`,
      '',
    ]);
    const exitCode = await demo.run(kubeconfig, sandbox);
    if (options.keep && !interrupted.signal.aborted) {
      writeLines(stderr, ['', 'the cluster keeps running until Ctrl-C']);
      await aborted(interrupted.signal);
    }
    return exitCode;
  } finally {
    ignoreInterrupts();
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Resolves when the watch shows all pods of the StatefulSet "ingester" ready. Rejects when the signal aborts. */
export async function allReady(
  kube: Kube,
  pods: number,
  { clock, random }: Context,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
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
