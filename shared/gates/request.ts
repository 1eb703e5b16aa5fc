import type { AlarmOptions } from './cloudwatch.ts';
import { GATE_TIMES } from './gate.ts';
import type { PrometheusTarget } from './prometheus-target.ts';
import type { RingTarget } from './ring-target.ts';

/** The gates requested for a rollout. Creating this queries no source. */
export interface GateRequest {
  alarms: AlarmRequest;
  /** Without a target there are no queries, and vice versa. */
  prometheus: { queries: readonly string[]; target: PrometheusTarget | undefined };
  http: readonly URL[];
  ring: RingRequest | undefined;
  /** How long a response is valid. */
  intervalMs: number;
  timeoutMs: number;
}

export interface AlarmRequest extends AlarmOptions {
  /** Continue regardless of the alarms, including those named by a ZoneAwareUpdate. */
  ignore: boolean;
}

/** The hash ring to watch. */
export interface RingRequest {
  target: RingTarget;
  /** As given by the user, for messages. */
  text: string;
  /** A member without a pod that was unhealthy for longer than this is forgotten. */
  forgetAfterMs: number;
  /** Continue despite forgotten members. */
  ignoreForgotten: boolean;
}

/** A rollout without gates. */
export const NO_GATES: GateRequest = {
  alarms: { names: [], region: undefined, endpoint: undefined, strict: false, ignore: false },
  prometheus: { queries: [], target: undefined },
  http: [],
  ring: undefined,
  intervalMs: GATE_TIMES.freshForMs,
  timeoutMs: GATE_TIMES.timeoutMs,
};
