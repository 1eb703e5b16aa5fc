/** Annotations and labels of the AWS Load Balancer Controller, and the format of their values. */

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/ */
export const ALB = {
  targetType: 'alb.ingress.kubernetes.io/target-type',
  attributes: 'alb.ingress.kubernetes.io/target-group-attributes',
  interval: 'alb.ingress.kubernetes.io/healthcheck-interval-seconds',
  threshold: 'alb.ingress.kubernetes.io/unhealthy-threshold-count',
  actionPrefix: 'alb.ingress.kubernetes.io/actions.',
} as const;

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/ */
export const NLB = {
  type: 'service.beta.kubernetes.io/aws-load-balancer-type',
  targetType: 'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type',
  attributes: 'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes',
  interval: 'service.beta.kubernetes.io/aws-load-balancer-healthcheck-interval',
  threshold: 'service.beta.kubernetes.io/aws-load-balancer-healthcheck-unhealthy-threshold',
} as const;

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/ */
export const GATE = {
  label: 'elbv2.k8s.aws/pod-readiness-gate-inject',
  prefix: 'target-health.elbv2.k8s.aws/',
  /** Of the controller's first version, whose gates are no longer set. */
  legacyPrefix: 'target-health.alb.ingress.k8s.aws/',
} as const;

/** The attribute of a target group for the time that a deregistered target has to finish its requests. */
export const DEREGISTRATION_DELAY = 'deregistration_delay.timeout_seconds';

/**
 * One entry of a map in the controller's notation, `a=1,b=2`.
 *
 * @returns undefined if the map or the entry does not exist
 */
export function mapEntry(map: string | undefined, key: string): string | undefined {
  for (const entry of map?.split(',') ?? []) {
    const at = entry.indexOf('=');
    if (at > 0 && entry.slice(0, at).trim() === key) return entry.slice(at + 1).trim();
  }
  return undefined;
}

/** The map with one entry added or changed. */
export function withEntry(map: string | undefined, key: string, value: string): string {
  const others = (map?.split(',') ?? []).filter(
    (entry) => entry.trim() !== '' && entry.split('=')[0]?.trim() !== key,
  );
  return [...others.map((entry) => entry.trim()), `${key}=${value}`].join(',');
}

/** An integer in an annotation; undefined for anything else, which the controller refuses. */
export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}
