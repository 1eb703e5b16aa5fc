import type { ZoneDisruptionBudget } from '../../../shared/budget/decide/types.ts';
import type { Node, Pod, PodDisruptionBudget } from '../../../shared/kube/objects.ts';
import type { Namespace } from './objects/namespace.ts';
import type { Service } from './objects/service.ts';
import type { EvictionWebhook } from './objects/webhook.ts';
import type { CheckedWorkload } from './objects/workload.ts';
import type { Target } from './targets/target.ts';

/** Kinds of objects that rules use in addition to the workload. */
export const TOPICS = [
  'pods',
  'nodes',
  'services',
  'ingresses',
  'ingressclasses',
  'targetgroupbindings',
  'namespaces',
  'poddisruptionbudgets',
  'zonedisruptionbudgets',
  'persistentvolumeclaims',
  'persistentvolumes',
  'validatingwebhookconfigurations',
  'webhook-deployment',
] as const;
export type Topic = (typeof TOPICS)[number];

/** Something that could not be read. */
export interface Gap {
  topic: Topic;
  /** Set if it matters only for workloads of one namespace. */
  namespace?: string;
  /** As a clause: `may not list services in namespace shop`. */
  reason: string;
  /** Its absence is expected, such as pods if only manifests are checked. */
  expected: boolean;
}

/** The input of the rules for one workload. Objects that are gaps are empty here. */
export interface CheckInput {
  workload: CheckedWorkload;
  /** By the API server's clock, ms since the epoch. */
  nowMs: number;
  pods: readonly PlacedPod[];
  nodes: readonly Node[];
  /** Those that select its pods. */
  services: readonly Service[];
  /** Target groups of AWS load balancers that its pods are in. */
  targets: readonly Target[];
  namespace: Namespace | undefined;
  /** Those that cover its pods, by name. */
  podBudgets: readonly PodDisruptionBudget[];
  zoneBudgets: readonly ZoneDisruptionBudget[];
  /** Zones to which the volume of a claim of the namespace is bound; claims that are not bound to a zone are absent. */
  volumeZones: ReadonlyMap<string, readonly string[]>;
  /** Undefined if no webhook is called for evictions of its pods. */
  webhook: EvictionWebhook | undefined;
  gaps: readonly Gap[];
}

/** Whether a Service may select the pods, as far as is known. */
export function mayBeServed({ services, gaps }: CheckInput): boolean {
  return services.length > 0 || gaps.some(({ topic }) => topic === 'services');
}

/** Whether a zone budget may cover the pods, as far as is known. */
export function mayHaveZoneBudget({ zoneBudgets, gaps }: CheckInput): boolean {
  return zoneBudgets.length > 0 || gaps.some(({ topic }) => topic === 'zonedisruptionbudgets');
}

export interface PlacedPod {
  pod: Pod;
  /** Undefined before scheduling, or if it is unknown. */
  zone: string | undefined;
}
