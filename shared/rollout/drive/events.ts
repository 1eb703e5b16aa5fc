import type { ProbeNews, ProbeSummary } from '../../drive/probe-news.ts';
import type { Untimed } from '../../drive/untimed.ts';
import type { RolloutSnapshot } from '../decide/snapshot.ts';
import type { WorkloadName } from '../decide/workload-id.ts';
import type { FailedPod } from './failure-evidence.ts';

/**
 * The events a rollout reports. The JSON output consists of these events, one per line (`time` instead of
 * `atMs`), and is a stable interface: fields are added, never renamed.
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
  /** Information for the operator that does not stop the rollout. */
  | { type: 'notice'; message: string }
  | { type: 'wave-begun'; wave: number; zone: string; pods: readonly string[]; reason: string }
  | { type: 'pod-evicted'; pod: string; zone: string }
  | { type: 'eviction-refused'; pod: string; zone: string; reason: string; retryInMs: number | undefined }
  | { type: 'pod-back'; pod: string; zone: string; tookMs: number }
  /** It was killed while terminating; `holds`: its workload flushes, and the rollout stops. */
  | { type: 'pod-killed'; pod: string; zone: string | undefined; how: string; holds: boolean }
  | { type: 'zone-finished'; zone: string; pods: number; tookMs: number }
  | { type: 'revision-changed'; from: string; to: string }
  /** The reason for waiting has changed. */
  | { type: 'waiting'; for: string; reason: string; pods: readonly string[] }
  | { type: 'blocked'; by: string; reason: string; fix: string; pods: readonly string[] }
  /** More than `maxFailed` new pods are not Ready within `podTimeoutMs`; the rollout stops. */
  | { type: 'failed-pods'; failed: readonly FailedPod[]; maxFailed: number; podTimeoutMs: number }
  | { type: 'connection-lost'; reason: string }
  | { type: 'connection-restored'; afterMs: number }
  /** Results of the requests that --probe sends. */
  | ProbeNews
  /** The full state; sent on every change, at most once per turn of the event loop. */
  | { type: 'snapshot'; snapshot: RolloutSnapshot }
  | { type: 'finished'; outcome: RolloutOutcome; reason: string; summary: RolloutSummary }
);

/** An event without its time, which the reporter adds. */
export type UntimedEvent = Untimed<RolloutEvent>;

/** `stopped`: unfinished, safe to leave; the same command resumes it. */
export type RolloutOutcome = 'done' | 'stopped' | 'interrupted' | 'failed';

export interface RolloutSummary {
  tookMs: number;
  waves: number;
  podsReplaced: number;
  /** Most pods down at once, as observed by the watches. */
  mostPodsDown: number;
  /** Most zones with pods down at once, counted from two; this tool exists to keep it at 0. */
  zonesDownTogether: number;
  /** Most pods terminating at once, for whatever reason. */
  mostPodsTerminating: number;
  /** Sum of the observed times from eviction to available; undefined if no pod was replaced. */
  oneAtATimeMs: number | undefined;
  /** Omitted without --probe. */
  probe?: ProbeSummary | undefined;
}

/** Renders events. `close` resolves when everything is written. */
export interface Reporter {
  report(event: RolloutEvent): void;
  close(): Promise<void>;
}
