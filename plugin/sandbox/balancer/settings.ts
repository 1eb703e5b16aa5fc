import type { Thresholds } from './target.ts';

/** Settings of a target group; all times are on the sandbox's clock. */
export interface TargetGroupSettings {
  healthCheck: {
    path: string;
    intervalMs: number;
    timeoutMs: number;
    thresholds: Thresholds;
  };
  /** How long a deregistered target may finish its requests. */
  deregistrationDelayMs: number;
}

/** Latencies and timeouts of the load balancer. */
export interface BalancerTimes {
  /**
   * From RegisterTargets or DeregisterTargets until all nodes of the load balancer apply it. AWS gives no figure; the
   * recommended preStop sleeps, 10 s above the deregistration delay, are meant to cover it.
   */
  propagationMs: number;
  /** Timeout for connecting to a target: then 504. */
  connectTimeoutMs: number;
  /** Timeout for a response: then 504. */
  idleTimeoutMs: number;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-504-issues */
export const BALANCER_TIMES: BalancerTimes = {
  propagationMs: 5_000,
  connectTimeoutMs: 10_000,
  idleTimeoutMs: 60_000,
};
