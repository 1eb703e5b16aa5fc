import type { Thresholds } from './target.ts';

/** How a target group behaves; all times are of the sandbox's clock. */
export interface TargetGroupSettings {
  healthCheck: {
    path: string;
    intervalMs: number;
    timeoutMs: number;
    thresholds: Thresholds;
  };
  /** How long a target that leaves may finish its requests. */
  deregistrationDelayMs: number;
}

/** How the load balancer itself behaves. */
export interface BalancerTimes {
  /**
   * From RegisterTargets or DeregisterTargets until all nodes of the load balancer act on it. AWS gives no figure;
   * the preStop sleeps that are advised, 10 s above the deregistration delay, are to cover it.
   */
  propagationMs: number;
  /** How long it tries to reach a target: then 504. */
  connectTimeoutMs: number;
  /** How long it waits for an answer: then 504. */
  idleTimeoutMs: number;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-504-issues */
export const BALANCER_TIMES: BalancerTimes = {
  propagationMs: 5_000,
  connectTimeoutMs: 10_000,
  idleTimeoutMs: 60_000,
};
