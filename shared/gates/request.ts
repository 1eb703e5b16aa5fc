import type { AlarmOptions } from './cloudwatch.ts';
import { GATE_TIMES } from './gate.ts';
import type { PrometheusTarget } from './prometheus-target.ts';
import type { RingTarget } from './ring-target.ts';

/** The gates that a rollout asks for. Nothing has been asked of anybody. */
export interface GateRequest {
  alarms: AlarmRequest;
  /** The queries are empty when there is no target, and the other way round. */
  prometheus: { queries: readonly string[]; target: PrometheusTarget | undefined };
  http: readonly URL[];
  ring: RingRequest | undefined;
  /** How long an answer serves. */
  intervalMs: number;
  timeoutMs: number;
}

export interface AlarmRequest extends AlarmOptions {
  /** Continue whatever the alarms say, also those that a ZoneAwareUpdate names. */
  ignore: boolean;
}

/** The hash ring to be watched. */
export interface RingRequest {
  target: RingTarget;
  /** As given, for messages. */
  text: string;
  /** Unhealthy for longer than this, a member that is no pod has been forgotten. */
  forgetAfterMs: number;
  /** Continue in spite of forgotten members. */
  ignoreForgotten: boolean;
}

/** A rollout that asks nobody. */
export const NO_GATES: GateRequest = {
  alarms: { names: [], region: undefined, endpoint: undefined, strict: false, ignore: false },
  prometheus: { queries: [], target: undefined },
  http: [],
  ring: undefined,
  intervalMs: GATE_TIMES.freshForMs,
  timeoutMs: GATE_TIMES.timeoutMs,
};
