import { DEREGISTRATION_DELAY, mapEntry, wholeNumber } from '../annotations.ts';
import type { Service } from '../objects/service.ts';

/** A target group that contains the pods. */
export interface Target {
  /** `ip`: each pod is a target; `instance`: each node is, and kube-proxy finds the pods. */
  type: 'ip' | 'instance';
  /** The object that defines it. */
  by: ObjectName;
  /** The field that sets its type. */
  typeField: string;
  service: Service;
  /** Undefined where it is set outside the cluster. */
  deregistration: Deregistration | undefined;
  /** Undefined where it is set outside the cluster. */
  healthCheck: HealthCheck | undefined;
}

export interface ObjectName {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
}

export interface Deregistration {
  seconds: number;
  /** Not set: AWS's default. */
  isDefault: boolean;
  /** The object and the annotation that set it, or can set it. */
  at: ObjectName;
  annotation: string;
  /** The full value of the annotation. */
  attributes: string | undefined;
}

export interface HealthCheck {
  /** From the first failure until the target is unhealthy. */
  failsAfterSeconds: number;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay */
const DEFAULT_DELAY_SECONDS = 300;

/**
 * The delay from the annotation, or AWS's default.
 *
 * @param attributes the annotation's value
 */
export function deregistrationOf(
  at: ObjectName,
  annotation: string,
  attributes: string | undefined,
): Deregistration {
  const set = wholeNumber(mapEntry(attributes, DEREGISTRATION_DELAY));
  return { seconds: set ?? DEFAULT_DELAY_SECONDS, isDefault: set === undefined, at, annotation, attributes };
}
