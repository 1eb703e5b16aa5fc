import type {
  V1Deployment,
  V1Namespace,
  V1PodDisruptionBudget,
  V1PodTemplateSpec,
  V1StatefulSet,
} from '@kubernetes/client-node';

export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** How the simulated pods of a workload behave; durations as Go writes them: `300ms`, `2s`. */
export interface Simulation {
  /** From the node's acceptance until the containers run. */
  start?: string;
  /** Upper end of a uniform distribution that begins at `start`. */
  startMax?: string;
  /** From the deletion until the pod is gone. */
  flush?: string;
  /** Upper end of a uniform distribution that begins at `flush`. */
  flushMax?: string;
  /** Pods in this zone behave as if their image were tagged `broken`. */
  brokenIn?: string;
}

interface Workload {
  /** Also the value of the pods' label `app`. */
  name: string;
  namespace: string;
  replicas: number;
  /** Tag `broken` never becomes ready, tag `crash` ends again and again; `app:v1` unless told. */
  image?: string;
  simulation?: Simulation;
  readinessGates?: readonly string[];
  terminationGracePeriodSeconds?: number;
}

export interface StatefulSetFixture extends Workload {
  /** `Parallel` unless told. */
  policy?: 'Parallel' | 'OrderedReady';
  /** `OnDelete` unless told. */
  strategy?: 'OnDelete' | 'RollingUpdate';
  /** Of RollingUpdate. */
  partition?: number;
  minReadySeconds?: number;
  /** Ordinal of the first pod. */
  firstOrdinal?: number;
}

export function namespace(name: string): V1Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** A StatefulSet whose pods are spread over the zones strictly, so that a recreated pod returns to its zone. */
export function statefulSet(fixture: StatefulSetFixture): V1StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: fixture.name, namespace: fixture.namespace },
    spec: {
      serviceName: fixture.name,
      replicas: fixture.replicas,
      podManagementPolicy: fixture.policy ?? 'Parallel',
      updateStrategy: {
        type: fixture.strategy ?? 'OnDelete',
        ...(fixture.partition !== undefined && { rollingUpdate: { partition: fixture.partition } }),
      },
      ...(fixture.minReadySeconds !== undefined && { minReadySeconds: fixture.minReadySeconds }),
      ...(fixture.firstOrdinal !== undefined && { ordinals: { start: fixture.firstOrdinal } }),
      selector: { matchLabels: { app: fixture.name } },
      template: podTemplate(fixture),
    },
  };
}

/** A Deployment that is spread over the zones in the same way, without surge. */
export function deployment(fixture: Workload): V1Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: fixture.name, namespace: fixture.namespace },
    spec: {
      replicas: fixture.replicas,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      selector: { matchLabels: { app: fixture.name } },
      template: podTemplate(fixture),
    },
  };
}

/** A PodDisruptionBudget for the pods of the workload with the same name. */
export function podDisruptionBudget(fixture: {
  name: string;
  namespace: string;
  maxUnavailable: number | string;
}): V1PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: fixture.name, namespace: fixture.namespace },
    spec: { maxUnavailable: fixture.maxUnavailable, selector: { matchLabels: { app: fixture.name } } },
  };
}

function podTemplate(fixture: Workload): V1PodTemplateSpec {
  return {
    metadata: { labels: { app: fixture.name }, annotations: simulationAnnotations(fixture.simulation) },
    spec: {
      containers: [{ name: 'main', image: fixture.image ?? 'app:v1' }],
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: ZONE_LABEL,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: fixture.name } },
        },
      ],
      ...(fixture.readinessGates && {
        readinessGates: fixture.readinessGates.map((conditionType) => ({ conditionType })),
      }),
      ...(fixture.terminationGracePeriodSeconds !== undefined && {
        terminationGracePeriodSeconds: fixture.terminationGracePeriodSeconds,
      }),
    },
  };
}

/**
 * Fast by default: a test that cares about the time says so. Not at once, though: a budget's controller that never saw
 * a pod terminating takes its successor of the same name for it, and waits two minutes (disruptedPods has only names).
 */
function simulationAnnotations({
  start = '100ms',
  startMax,
  flush = '50ms',
  flushMax,
  brokenIn,
}: Simulation = {}) {
  const named = { start, 'start-max': startMax, flush, 'flush-max': flushMax, 'broken-in': brokenIn };
  return Object.fromEntries(
    Object.entries(named).flatMap(([key, value]) =>
      value === undefined ? [] : [[`sim.kubectl-zone.dev/${key}`, value]],
    ),
  );
}
