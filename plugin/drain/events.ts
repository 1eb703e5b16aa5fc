import type { ProbeNews, ProbeSummary } from '../../shared/drive/probe-news.ts';
import type { Context } from '../cli/context.ts';
import type { EventOutput } from '../cli/print-data.ts';
import type { DrainSnapshot } from './decide/snapshot.ts';

/**
 * What a drain reports while it runs. The JSON output is these events, one per line (`time` instead of `atMs`), and a
 * stable interface: fields are added, never renamed. Pods are `namespace/name`; a zone is null for nodes without one.
 */
export type DrainEvent = { atMs: number } & (
  | { type: 'started'; zones: readonly { zone: string | null; nodes: readonly string[] }[]; pods: number }
  /** Information for the operator that stops nothing. */
  | { type: 'notice'; message: string }
  | { type: 'zone-begun'; zone: string | null; nodes: readonly string[]; reason: string }
  | { type: 'node-cordoned'; node: string; zone: string | null }
  | { type: 'pod-evicted'; pod: string; node: string; zone: string | null }
  | { type: 'eviction-refused'; pod: string; node: string; zone: string | null; reason: string }
  | { type: 'pod-gone'; pod: string; node: string; tookMs: number }
  | { type: 'node-drained'; node: string; zone: string | null; pods: number; tookMs: number }
  | { type: 'zone-finished'; zone: string | null; nodes: number; pods: number; tookMs: number }
  /** The reason for waiting has changed. `fix`: what the operator can do, if waiting alone may not help. */
  | { type: 'waiting'; for: string; reason: string; pods: readonly string[]; fix?: string | undefined }
  | { type: 'blocked'; by: string; reason: string; fix: string; pods: readonly string[] }
  | { type: 'connection-lost'; reason: string }
  | { type: 'connection-restored'; afterMs: number }
  /** Results of the requests that --probe sends. */
  | ProbeNews
  /** The complete state; sent on every change, at most once per turn of the event loop. */
  | { type: 'snapshot'; snapshot: DrainSnapshot }
  | { type: 'finished'; outcome: DrainOutcome; reason: string; summary: DrainSummary }
);

/** `stopped`: not finished, safe to leave; the same command resumes. */
export type DrainOutcome = 'done' | 'stopped' | 'interrupted' | 'failed';

export interface DrainSummary {
  tookMs: number;
  nodesDrained: number;
  podsEvicted: number;
  requestsRefused: number;
  /** The most zones in which one workload had pods down at the same time, counted from two, as seen by the watches. */
  zonesDownTogether: number;
  /** Nodes left cordoned. */
  cordoned: readonly string[];
  /** Omitted without --probe. */
  probe?: ProbeSummary | undefined;
}

/** Renders events. `close` returns when everything is written. */
export interface DrainReporter {
  report(event: DrainEvent): void;
  close(): Promise<void>;
}

export type DrainFinished = Extract<DrainEvent, { type: 'finished' }>;

/** The lines below the figures at the end, if there is more than the nodes to uncordon. */
export type Leftover = (finished: DrainFinished) => readonly string[];

export interface DrainReporterOptions {
  output: EventOutput | undefined;
  /** Called when a key asks to end: `q` stops the drain, Ctrl-C interrupts it. */
  onQuit(outcome: 'stopped' | 'interrupted'): void;
  leftover: Leftover | undefined;
}

/** Opens the reporter for the output; passed in by the command. */
export type OpenDrainReporter = (context: Context, options: DrainReporterOptions) => Promise<DrainReporter>;
