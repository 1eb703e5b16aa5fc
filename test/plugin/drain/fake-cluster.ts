import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../shared/clock.ts';
import { ApiError, type Kube, type KubeRequest } from '../../../shared/kube/kube.ts';
import { ZONE_LABEL } from '../../../shared/kube/zones.ts';
import { type FakeKube, type FakeObject, fakeKube } from '../../helpers/fake-kube.ts';

const NODES = '/api/v1/nodes';
const PODS = '/api/v1/pods';
const SETS = '/apis/apps/v1/statefulsets';
const POD_BUDGETS = '/apis/policy/v1/poddisruptionbudgets';
const ZONE_BUDGETS = '/apis/zonecontrol.k8s.aws/v1/zonedisruptionbudgets';

/** A cluster in memory whose controllers are the test: what is evicted terminates, and stays so until told. */
export interface FakeCluster {
  /** What the drain gets: the fake with evictions. */
  kube: Kube;
  fake: FakeKube;
  /** Names of the pods whose eviction was asked for, in that order, refused ones included. */
  asked: string[];
  /** May throw, or wait, before an eviction is carried out. */
  onEviction: (pod: string) => void | Promise<void>;
  /** May throw, or wait, before any other request. */
  onRequest: (request: KubeRequest) => void | Promise<void>;
  addNode(name: string, zone: string | undefined): void;
  removeNode(name: string): void;
  /** Requests to cordon or uncordon, as `zone-a-1=true`. */
  cordons: string[];
  isCordoned(name: string): boolean;
  addSet(name: string, replicas: number): void;
  /** A pod of a set when its name ends in an ordinal, else one of nobody. */
  addPod(name: string, node: string, options?: PodOptions): void;
  /** The pod of that name is gone. */
  removePod(name: string): void;
  /** Somebody else has evicted it. */
  deletePod(name: string): void;
  addPodBudget(app: string, disruptionsAllowed: number): void;
  addZoneBudget(app: string, maxUnavailable: number): void;
}

export interface PodOptions {
  ready?: boolean;
  uid?: string;
  conditions?: object[];
  emptyDir?: boolean;
  /** Instead of a set. */
  owner?: { apiVersion: string; kind: string; name: string; uid: string };
}

export const NAMESPACE = 'cortex';
/** All pods are in that namespace. */
const PODS_HERE = `/api/v1/namespaces/${NAMESPACE}/pods`;

/** Discovery of a kind without a scale. */
const BROKERS_API = '/apis/kafka.example.com/v1';
const BROKERS_PATH = `${BROKERS_API}/namespaces/${NAMESPACE}/brokers/kafka`;
/** An owner of that kind. */
export const BROKERS = {
  apiVersion: 'kafka.example.com/v1',
  kind: 'Brokers',
  name: 'kafka',
  uid: 'brokers-1',
} as const;

/** @param clock this machine's: the API server's is not set with it */
export function fakeCluster(clock: Clock): FakeCluster {
  const startMs = clock.nowMs() - clock.monotonicMs();
  const fake = fakeKube({ nowMs: () => startMs + clock.monotonicMs() });
  let created = 0;
  const cluster: FakeCluster = {
    fake,
    kube: { ...fake, request },
    asked: [],
    cordons: [],
    onEviction: () => {},
    onRequest: () => {},
    addNode(name, zone) {
      const labels = zone === undefined ? {} : { [ZONE_LABEL]: zone };
      fake.put(NODES, { metadata: { name, labels }, spec: {} });
    },
    removeNode: (name) => fake.remove(NODES, name),
    isCordoned: (name) => specOf(fake.get(NODES, name)).unschedulable === true,
    addSet(name, replicas) {
      fake.put(SETS, {
        metadata: { name, namespace: NAMESPACE, uid: `set-${name}` },
        spec: { replicas, template: { metadata: { labels: { app: name } } } },
      });
    },
    addPod(name, node, options = {}) {
      created += 1;
      fake.put(PODS, podObject(name, node, { uid: `pod-${created}`, ...options }));
    },
    removePod: (name) => fake.remove(PODS, name),
    deletePod(name) {
      const pod = fake.get(PODS, name);
      if (pod) fake.put(PODS, terminating(pod));
    },
    addPodBudget(app, disruptionsAllowed) {
      fake.put(POD_BUDGETS, {
        metadata: { name: app, namespace: NAMESPACE },
        spec: { selector: { matchLabels: { app } } },
        status: { disruptionsAllowed },
      });
    },
    addZoneBudget(app, maxUnavailable) {
      fake.put(ZONE_BUDGETS, {
        metadata: { name: app, namespace: NAMESPACE },
        spec: { selector: { matchLabels: { app } }, maxUnavailable },
      });
    },
  };
  return cluster;

  async function request(given: KubeRequest): Promise<unknown> {
    const { path, method, body } = given;
    if (path.endsWith('/eviction')) return evict(path.split('/').at(-2) ?? '', body as Eviction);
    await cluster.onRequest(given);
    if (path === BROKERS_PATH) return { metadata: { uid: BROKERS.uid } };
    if (path === BROKERS_API) return { resources: [{ name: 'brokers', kind: 'Brokers' }] };
    if (method === 'PATCH' && path.startsWith(`${NODES}/`)) {
      const { unschedulable } = specOf(body as FakeObject);
      cluster.cordons.push(`${path.split('/').at(-1)}=${unschedulable === true}`);
    }
    return fake.request(path === PODS_HERE ? { ...given, path: PODS } : given);
  }

  async function evict(name: string, { deleteOptions }: Eviction): Promise<unknown> {
    cluster.asked.push(name);
    await cluster.onEviction(name);
    const pod = fake.get(PODS, name);
    const gone = { code: 404, reason: 'NotFound', message: `pods "${name}" not found` };
    if (!pod || pod.metadata.uid !== deleteOptions.preconditions.uid) throw new ApiError(gone);
    fake.put(PODS, terminating(pod));
    return {};
  }
}

interface Eviction {
  deleteOptions: { preconditions: { uid: string } };
}

function podObject(name: string, node: string, options: PodOptions & { uid: string }): FakeObject {
  const { ready = true, uid, conditions, emptyDir, owner: own } = options;
  const set = /^(.*)-\d+$/.exec(name)?.[1];
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    name: set,
    uid: `set-${set}`,
    controller: true,
  };
  return {
    metadata: {
      name,
      namespace: NAMESPACE,
      uid,
      labels: { app: set ?? name },
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(own
        ? { ownerReferences: [{ ...own, controller: true }] }
        : set !== undefined && { ownerReferences: [owner] }),
    },
    spec: {
      ...(node !== '' && { nodeName: node }),
      containers: [],
      ...(emptyDir && { volumes: [{ name: 'x', emptyDir: {} }] }),
    },
    status: {
      phase: ready ? 'Running' : 'Pending',
      conditions: conditions ?? [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  };
}

function terminating(pod: FakeObject): FakeObject {
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:30Z' } };
}

/** An eviction that a budget refuses. */
export function overBudget(message = 'the budget needs 3 healthy pods and has 3'): ApiError {
  return new ApiError({
    code: 429,
    reason: 'TooManyRequests',
    message: 'Cannot evict pod',
    causes: [{ reason: 'DisruptionBudget', message }],
  });
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 60; turns += 1) await turn();
}

function specOf(object: FakeObject | undefined): Record<string, unknown> {
  return (object?.spec ?? {}) as Record<string, unknown>;
}
