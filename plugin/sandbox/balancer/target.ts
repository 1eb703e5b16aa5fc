/** The state of a load balancer's target, as values. */

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html#target-health-states */
export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'draining';

/** Reason codes of the API, undefined for a healthy target. */
export type TargetReason =
  | 'Elb.RegistrationInProgress'
  | 'Elb.InitialHealthChecking'
  | 'Target.Timeout'
  | 'Target.FailedHealthChecks'
  | 'Target.ResponseCodeMismatch'
  | 'Target.DeregistrationInProgress';

export interface TargetHealth {
  state: TargetState;
  reason: TargetReason | undefined;
  description: string;
}

/** Result of a health check. */
export type CheckResult = 'passed' | 'timeout' | 'failed' | 'mismatch';

/** A target's health, with the results of its checks. */
export interface CheckedHealth extends TargetHealth {
  /** Consecutive checks with the same result. */
  passes: number;
  failures: number;
}

export interface Thresholds {
  healthy: number;
  unhealthy: number;
}

/** Registered, but not yet known to the nodes of the load balancer. */
export const REGISTERING: CheckedHealth = {
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
  passes: 0,
  failures: 0,
};

/** Known to the nodes, but not yet checked. */
export const CHECKING: CheckedHealth = {
  ...REGISTERING,
  reason: 'Elb.InitialHealthChecking',
  description: 'Initial health checks in progress',
};

export const DRAINING: TargetHealth = {
  state: 'draining',
  reason: 'Target.DeregistrationInProgress',
  description: 'Target deregistration is in progress',
};

const FAILURES: Readonly<
  Record<Exclude<CheckResult, 'passed'>, Pick<TargetHealth, 'reason' | 'description'>>
> = {
  timeout: { reason: 'Target.Timeout', description: 'Request timed out' },
  failed: { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' },
  mismatch: {
    reason: 'Target.ResponseCodeMismatch',
    description: 'Health checks failed with other codes than expected',
  },
};

/**
 * The health of a target after one more check. A new target is healthy after one success; an unhealthy one needs as
 * many as the threshold, and a healthy one becomes unhealthy after as many failures as its threshold.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 */
export function afterCheck(health: CheckedHealth, result: CheckResult, limits: Thresholds): CheckedHealth {
  if (result === 'passed') {
    const passes = health.passes + 1;
    const wanted = health.state === 'unhealthy' ? limits.healthy : 1;
    if (passes < wanted) return { ...health, passes, failures: 0 };
    return { state: 'healthy', reason: undefined, description: '', passes, failures: 0 };
  }
  const failures = health.failures + 1;
  if (failures < limits.unhealthy && health.state !== 'unhealthy') return { ...health, passes: 0, failures };
  return { state: 'unhealthy', ...FAILURES[result], passes: 0, failures };
}

/** What determines whether a target receives requests. */
export interface Routed {
  /** From the checks alone, also after deregistration. */
  checked: CheckedHealth;
  /** Whether the nodes of the load balancer know it and send it requests, which lags behind the API. */
  inService: boolean;
}

/**
 * The targets that receive requests: the healthy ones, or all in service if none is healthy, which is called failing
 * open. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 */
export function eligible<T extends Routed>(targets: Iterable<T>): T[] {
  const inService = [...targets].filter((target) => target.inService);
  const healthy = inService.filter(({ checked }) => checked.state === 'healthy');
  return healthy.length > 0 ? healthy : inService;
}
