import type { ProbeNews, ProbeSummary } from '../../drive/probe-news.ts';
import type { Untimed } from '../../drive/untimed.ts';
import type { RolloutSnapshot } from '../decide/snapshot.ts';
import type { FailedPod } from './failure-evidence.ts';

/**
 * What a rollout reports while it runs. The JSON output is these events, one a line (`time` instead of `atMs`), and a
 * stable interface: fields are added, never renamed.
 */
export type RolloutEvent = { atMs: number } & (
  | {
      type: 'started';
      workload: WorkloadName;
      updateRevision: string;
      stale: number;
      total: number;
      resumed: boolean;
    }
  /** Something the operator should know that stops nothing. */
  | { type: 'notice'; message: string }
  | { type: 'wave-begun'; wave: number; zone: string; pods: readonly string[]; reason: string }
  | { type: 'pod-evicted'; pod: string; zone: string }
  | { type: 'eviction-refused'; pod: string; zone: string; reason: string; retryInMs: number | undefined }
  | { type: 'pod-back'; pod: string; zone: string; tookMs: number }
  /** It was killed while it terminated; `holds`: its workload flushes, and the rollout stops. */
  | { type: 'pod-killed'; pod: string; zone: string | undefined; how: string; holds: boolean }
  | { type: 'zone-finished'; zone: string; pods: number; tookMs: number }
  | { type: 'revision-changed'; from: string; to: string }
  /** The reason for not going on has changed. */
  | { type: 'waiting'; for: string; reason: string; pods: readonly string[] }
  | { type: 'blocked'; by: string; reason: string; fix: string; pods: readonly string[] }
  /** More new pods than `maxFailed` are not Ready within `podTimeoutMs`; the rollout stops. */
  | { type: 'failed-pods'; failed: readonly FailedPod[]; maxFailed: number; podTimeoutMs: number }
  | { type: 'connection-lost'; reason: string }
  | { type: 'connection-restored'; afterMs: number }
  /** What became of the requests that --probe sends. */
  | ProbeNews
  /** All there is to see; sent on every change, at most once per turn of the event loop. */
  | { type: 'snapshot'; snapshot: RolloutSnapshot }
  | { type: 'finished'; outcome: RolloutOutcome; reason: string; summary: RolloutSummary }
);

/** An event without its time, which whoever reports it adds. */
export type UntimedEvent = Untimed<RolloutEvent>;

export interface WorkloadName {
  kind: string;
  namespace: string;
  name: string;
}

/** `stopped`: not finished, safe to leave, the same command goes on. */
export type RolloutOutcome = 'done' | 'stopped' | 'interrupted' | 'failed';

export interface RolloutSummary {
  tookMs: number;
  waves: number;
  podsReplaced: number;
  /** Most pods down at one moment, as the watches showed it. */
  mostPodsDown: number;
  /** Most zones that had pods down at one moment, counted from two on; 0 is what this tool is for. */
  zonesDownTogether: number;
  /** Most pods terminating at one moment, whatever made them. */
  mostPodsTerminating: number;
  /** Sum of the observed times from eviction to available; undefined when no pod was replaced. */
  oneAtATimeMs: number | undefined;
  /** Left out without --probe. */
  probe?: ProbeSummary | undefined;
}

/** Draws events. `close` returns when everything is written. */
export interface Reporter {
  report(event: RolloutEvent): void;
  close(): Promise<void>;
}
