import { fields, list, numberOr, text, textOr, timeMs } from './fields.ts';
import { type Condition, type ObjectMeta, readConditions, readObjectMeta } from './metadata.ts';

export interface Pod {
  metadata: ObjectMeta;
  spec: {
    /** Undefined until the pod is scheduled. */
    nodeName: string | undefined;
    terminationGracePeriodSeconds: number;
    restartPolicy: string;
    /** Condition types that must be True for the pod to be Ready. */
    readinessGates: readonly string[];
    containers: readonly Container[];
    /** Names of the PersistentVolumeClaims it mounts. */
    claimNames: readonly string[];
    /** Whether it has an emptyDir volume, whose data is lost with the pod. */
    hasEmptyDir: boolean;
  };
  status: {
    phase: string;
    reason: string;
    message: string;
    conditions: readonly Condition[];
    /** All containers, in start order: init containers and sidecars, main containers, ephemeral ones. */
    containerStatuses: readonly ContainerStatus[];
  };
}

export interface Container {
  name: string;
  image: string;
}

/**
 * A sidecar is an init container with `restartPolicy: Always`
 * (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/). An ephemeral container is for
 * debugging: nothing depends on it.
 */
export type ContainerKind = 'container' | 'init' | 'sidecar' | 'ephemeral';

export interface ContainerStatus {
  name: string;
  kind: ContainerKind;
  ready: boolean;
  /** For a sidecar: whether the following containers may start. */
  started: boolean;
  restartCount: number;
  /** Why it is not running, such as CrashLoopBackOff; both undefined while it runs. */
  waiting: StateReason | undefined;
  terminated: ContainerEnd | undefined;
  /** How its previous run ended. */
  lastEnd: ContainerEnd | undefined;
}

export interface StateReason {
  reason: string;
  message: string;
}

export interface ContainerEnd extends StateReason {
  /** 128 plus the signal's number if killed by a signal: 137 for SIGKILL. */
  exitCode: number;
  finishedAtMs: number | undefined;
}

/** Parses the fields of a pod that we use; the rest can be garbage-collected. Throws TypeError for a malformed pod. */
export function readPod(value: unknown): Pod {
  const pod = fields(value, 'pod');
  const spec = fields(pod.spec, 'spec');
  const status = fields(pod.status, 'status');
  return {
    metadata: readObjectMeta(pod.metadata),
    spec: {
      nodeName: textOr(spec.nodeName, undefined, 'spec.nodeName') || undefined,
      terminationGracePeriodSeconds: numberOr(
        spec.terminationGracePeriodSeconds,
        30,
        'spec.terminationGracePeriodSeconds',
      ),
      restartPolicy: textOr(spec.restartPolicy, 'Always', 'spec.restartPolicy'),
      readinessGates: list(spec.readinessGates, 'spec.readinessGates').map((gate) =>
        text(fields(gate, 'spec.readinessGates[]').conditionType, 'spec.readinessGates[].conditionType'),
      ),
      containers: readContainers(spec.containers),
      ...readVolumes(spec.volumes),
    },
    status: {
      phase: textOr(status.phase, '', 'status.phase'),
      reason: textOr(status.reason, '', 'status.reason'),
      message: textOr(status.message, '', 'status.message'),
      conditions: readConditions(status.conditions),
      containerStatuses: readStatuses(spec, status),
    },
  };
}

/** Names and images of the containers of a pod or template. */
export function readContainers(value: unknown): readonly Container[] {
  return list(value, 'spec.containers').map((entry) => {
    const container = fields(entry, 'spec.containers[]');
    return {
      name: text(container.name, 'spec.containers[].name'),
      image: textOr(container.image, '', 'spec.containers[].image'),
    };
  });
}

function readVolumes(value: unknown): Pick<Pod['spec'], 'claimNames' | 'hasEmptyDir'> {
  const claimNames: string[] = [];
  let hasEmptyDir = false;
  for (const entry of list(value, 'spec.volumes')) {
    const { emptyDir, persistentVolumeClaim: claim } = fields(entry, 'spec.volumes[]');
    if (emptyDir !== undefined && emptyDir !== null) hasEmptyDir = true;
    if (claim === undefined || claim === null) continue;
    claimNames.push(text(fields(claim, 'spec.volumes[].persistentVolumeClaim').claimName, 'claimName'));
  }
  return { claimNames, hasEmptyDir };
}

function readStatuses(
  spec: Readonly<Record<string, unknown>>,
  status: Readonly<Record<string, unknown>>,
): ContainerStatus[] {
  const sidecars = new Set<unknown>();
  for (const entry of list(spec.initContainers, 'spec.initContainers')) {
    const { name, restartPolicy } = fields(entry, 'spec.initContainers[]');
    if (restartPolicy === 'Always') sidecars.add(name);
  }
  const read = (name: string, kindOf: (container: string) => ContainerKind) =>
    list(status[name], `status.${name}`).map((entry) => readContainerStatus(entry, kindOf));
  return [
    ...read('initContainerStatuses', (name) => (sidecars.has(name) ? 'sidecar' : 'init')),
    ...read('containerStatuses', () => 'container'),
    ...read('ephemeralContainerStatuses', () => 'ephemeral'),
  ];
}

function readContainerStatus(value: unknown, kindOf: (container: string) => ContainerKind): ContainerStatus {
  const container = fields(value, 'status.containerStatuses[]');
  const state = fields(container.state, 'status.containerStatuses[].state');
  const lastState = fields(container.lastState, 'status.containerStatuses[].lastState');
  const name = text(container.name, 'status.containerStatuses[].name');
  return {
    name,
    kind: kindOf(name),
    ready: container.ready === true,
    started: container.started === true,
    restartCount: numberOr(container.restartCount, 0, 'status.containerStatuses[].restartCount'),
    waiting: readReason(state.waiting),
    terminated: readEnd(state.terminated),
    lastEnd: readEnd(lastState.terminated),
  };
}

function readReason(value: unknown): StateReason | undefined {
  if (value === undefined || value === null) return undefined;
  const state = fields(value, 'status.containerStatuses[].state');
  return { reason: textOr(state.reason, '', 'reason'), message: textOr(state.message, '', 'message') };
}

function readEnd(value: unknown): ContainerEnd | undefined {
  const why = readReason(value);
  if (!why) return undefined;
  const end = fields(value, 'status.containerStatuses[].state.terminated');
  return {
    ...why,
    exitCode: numberOr(end.exitCode, 0, 'exitCode'),
    finishedAtMs: timeMs(end.finishedAt, 'finishedAt'),
  };
}
