import { InterruptedError } from '../../shared/errors.ts';
import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { parseSelector } from '../../shared/kube/selector-text.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode, UsageError } from '../cli/errors.ts';
import { writeDocument, writeLine, writeLines } from '../cli/output.ts';
import { type DataOutput, isData, printData } from '../cli/print-data.ts';
import { textTable } from '../cli/text-table.ts';
import { type FleetStatus, fleetStatus, type StatusRow } from './decide/rows.ts';
import type { Detail, OpenStatusReporter, StatusReporter, WorkloadName } from './events.ts';
import { readFleet } from './read-fleet.ts';
import { type StatusTableOptions, statusCells, statusHeader, statusNotes } from './table.ts';
import { type FleetWatch, watchFleet } from './watch-fleet.ts';

/** The flags of `kubectl zone status`. */
export interface FleetRequest {
  allNamespaces: boolean;
  /** A label selector of workloads. */
  selector: string | undefined;
  watch: boolean;
  output: 'wide' | DataOutput | undefined;
  connection: ConnectOptions;
}

/** What the command provides. */
export interface FleetHost {
  openReporter: OpenStatusReporter;
  /** Shows a rollout or a budget until it is left. */
  openDetail(row: StatusRow, detail: Detail): Promise<ExitCode>;
}

/**
 * Shows the status of all workloads that are spread over zones, once or until interrupted. Changes nothing.
 *
 * @returns 0; 130 after Ctrl-C while watching
 */
export async function runFleetStatus(
  request: FleetRequest,
  context: Context,
  host: FleetHost,
): Promise<ExitCode> {
  const isChosen = parseSelector(request.selector ?? '');
  if (typeof isChosen === 'string') {
    throw new UsageError(`--selector: ${isChosen}`, 'use kubectl’s syntax: a=b,c!=d,e in (f,g),!h');
  }
  const { clock, random } = context;
  const interrupted = new AbortController();
  const ignoreInterrupts = context.onInterrupt(() => interrupted.abort(new InterruptedError()));
  const kube = await context.connect(request.connection);
  let reporter: StatusReporter | undefined;
  const lost = (reason: string) => reporter?.report({ type: 'lost', atMs: clock.nowMs(), reason });
  try {
    const watch = await watchFleet({
      kube,
      namespace: request.allNamespaces ? undefined : kube.namespace,
      clock,
      random,
      signal: interrupted.signal,
      onConnection: (state) =>
        state.kind === 'lost'
          ? lost(state.reason)
          : reporter?.report({ type: 'restored', atMs: clock.nowMs() }),
      onProblem: (error) => lost(error.message),
    });
    const look = async () => {
      const { facts, validForMs } = readFleet(await watch.read(), isChosen, { clock, kube });
      return { status: fleetStatus(facts), validForMs };
    };
    try {
      if (!request.watch) {
        await print((await look()).status, request, kube, context);
        return EXIT.done;
      }
      return await follow({
        ...{ request, context, host, watch, look, kube, interrupted: interrupted.signal },
        onReporter: (opened) => {
          reporter = opened;
        },
      });
    } finally {
      await watch.stop();
    }
  } finally {
    ignoreInterrupts();
    await kube.close();
  }
}

interface Following {
  request: FleetRequest;
  context: Context;
  host: FleetHost;
  kube: Kube;
  watch: FleetWatch;
  look(): Promise<{ status: FleetStatus; validForMs: number | undefined }>;
  interrupted: AbortSignal;
  /** Called with the reporter that is open, if any. */
  onReporter(reporter: StatusReporter | undefined): void;
}

type End = { kind: 'exit'; code: ExitCode } | { kind: 'detail'; row: StatusRow; detail: Detail };

/** Shows the status until it is left; a view of a single workload takes its place for a while. */
async function follow(following: Following): Promise<ExitCode> {
  const { request, context, host, interrupted, kube } = following;
  let chosen: WorkloadName | undefined;
  for (;;) {
    const ended = Promise.withResolvers<End>();
    const onAbort = () => ended.resolve({ kind: 'exit', code: EXIT.interrupted });
    interrupted.addEventListener('abort', onAbort, { once: true });
    if (interrupted.aborted) onAbort();
    const reporter = await host.openReporter(context, {
      output: request.output,
      table: tableOptions(request),
      title: request.allNamespaces ? 'status of all namespaces' : `status of ${kube.namespace}`,
      chosen,
      onQuit: (outcome) =>
        ended.resolve({ kind: 'exit', code: outcome === 'stopped' ? EXIT.done : EXIT.interrupted }),
      onOpen: (row, detail) => ended.resolve({ kind: 'detail', row, detail }),
    });
    following.onReporter(reporter);
    const stopReporting = reportChanges(following, reporter, ended.reject);
    let end: End;
    try {
      end = await ended.promise;
    } finally {
      stopReporting();
      following.onReporter(undefined);
      interrupted.removeEventListener('abort', onAbort);
      await reporter.close();
    }
    if (end.kind === 'exit') return end.code;
    chosen = end.row;
    const code = await host.openDetail(end.row, end.detail);
    if (code === EXIT.interrupted) return code;
  }
}

/** Reports the state now and after each change, one at a time; returns what ends that. */
function reportChanges(
  { watch, look, context: { clock } }: Following,
  reporter: StatusReporter,
  fail: (error: unknown) => void,
): () => void {
  let looking = false;
  let again = false;
  let stopped = false;
  let cancelExpiry = () => {};
  const report = async () => {
    again = true;
    if (looking) return;
    looking = true;
    try {
      while (again && !stopped) {
        again = false;
        const { status, validForMs } = await look();
        if (stopped) return;
        reporter.report({ type: 'status', atMs: clock.nowMs(), status });
        cancelExpiry();
        // A holder that was killed causes no more changes: only its expiry shows it.
        cancelExpiry = validForMs === undefined ? () => {} : clock.schedule(validForMs + 1, wake);
      }
    } finally {
      looking = false;
    }
  };
  const wake = () => void report().catch(fail);
  const stopListening = watch.onChange(wake);
  wake();
  return () => {
    stopped = true;
    stopListening();
    cancelExpiry();
  };
}

async function print(
  status: FleetStatus,
  request: FleetRequest,
  kube: Kube,
  { stdout, stderr }: Context,
): Promise<void> {
  const { output, allNamespaces } = request;
  if (isData(output)) return writeDocument(stdout, await printData(status, output));
  if (status.items.length === 0) {
    writeLine(
      stderr,
      `No workloads spread over zones found${allNamespaces ? '' : ` in ${kube.namespace} namespace`}.`,
    );
  } else {
    const table = tableOptions(request);
    writeLines(
      stdout,
      textTable([statusHeader(table), ...status.items.map((row) => statusCells(row, table))]),
    );
  }
  writeLines(stderr, statusNotes(status));
}

function tableOptions({ allNamespaces, output }: FleetRequest): StatusTableOptions {
  return { namespaces: allNamespaces, wide: output === 'wide' };
}
