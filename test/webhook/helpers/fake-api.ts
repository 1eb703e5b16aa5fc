import { readZoneDisruptionBudget } from '../../../shared/budget/decide/budget.ts';
import { readBudget } from '../../../shared/budget/decide/read-budget.ts';
import { identityOf, PROTOCOL } from '../../../shared/budget/decide/trust.ts';
import type { ZoneDisruptionBudget } from '../../../shared/budget/decide/types.ts';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { ApiError, type Kube, type KubeRequest } from '../../../shared/kube/kube.ts';

interface Stored {
  metadata: { name: string; namespace: string; uid: string; resourceVersion: string; generation?: number };
  [more: string]: unknown;
}

/** As much of the API as admission uses: pods by GET, budgets by LIST, their status by compare-and-swap. */
export interface FakeApi {
  kube: Kube;
  /** May throw or wait before a request is looked at. */
  before: (request: KubeRequest) => void | Promise<void>;
  /** What is stored of a status that is written. */
  prune: (status: Record<string, unknown>) => Record<string, unknown>;
  /** Every request, as `METHOD path`. */
  requests: string[];
  pod(name: string, more?: PodShape): void;
  removePod(name: string): void;
  /** A budget whose pods have been counted: per zone `[expected, unavailable]`. */
  budget(name: string, spec: object, zones?: Readonly<Record<string, readonly [number, number]>>): void;
  /** As a watch shows them. */
  budgets(): ZoneDisruptionBudget[];
  status(name: string): Record<string, unknown>;
  /** As if somebody else had written the budget. */
  touch(name: string): void;
}

export interface PodShape {
  node?: string;
  app?: string;
  ready?: boolean;
  phase?: string;
  terminating?: boolean;
  uid?: string;
}

export const NAMESPACE = 'default';

/** @param clock the API server's */
export function fakeApi(clock: Pick<Clock, 'nowMs'> = systemClock): FakeApi {
  const pods = new Map<string, Stored>();
  const budgets = new Map<string, Stored>();
  let version = 1000;
  const stamp = (): string => {
    version += 1;
    return String(version);
  };

  function handle({ method, path, body }: KubeRequest): unknown {
    const parts = path.split('/');
    if (path.includes('/pods/')) return found(pods.get(parts.at(-1) ?? ''));
    if (method === 'GET' && path.endsWith('/zonedisruptionbudgets')) {
      return { metadata: { resourceVersion: String(version) }, items: [...budgets.values()] };
    }
    if (method === 'GET') return found(budgets.get(parts.at(-1) ?? ''));
    if (method === 'PUT' && path.endsWith('/status')) {
      const stored = found(budgets.get(parts.at(-2) ?? ''));
      const sent = body as Stored;
      if (sent.metadata.resourceVersion !== stored.metadata.resourceVersion) throw error(409, 'Conflict');
      const next = {
        ...stored,
        status: api.prune(sent.status as Record<string, unknown>),
        metadata: { ...stored.metadata, resourceVersion: stamp() },
      };
      budgets.set(stored.metadata.name, next);
      return next;
    }
    throw new Error(`unexpected ${method} ${path}`);
  }

  const api: FakeApi = {
    before: () => {},
    prune: (status) => status,
    requests: [],
    kube: {
      server: 'https://fake',
      namespace: NAMESPACE,
      user: 'test',
      serverNowMs: () => clock.nowMs(),
      async request(request) {
        api.requests.push(`${request.method} ${request.path}`);
        await api.before(request);
        return structuredClone(handle(request));
      },
      watch: () => {
        throw new Error('nothing is watched here');
      },
      async close() {},
    },
    pod(name, { node = 'node-a', app = 'ingester', ready = true, phase = 'Running', terminating, uid } = {}) {
      const metadata = {
        name,
        namespace: NAMESPACE,
        uid: uid ?? `uid-${name}`,
        resourceVersion: stamp(),
        labels: { app },
        ...(terminating && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      };
      const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
      pods.set(name, { metadata, spec: { nodeName: node, containers: [] }, status: { phase, conditions } });
    },
    removePod: (name) => void pods.delete(name),
    budget(name, spec, zones = { 'zone-a': [3, 0], 'zone-b': [3, 0], 'zone-c': [3, 0] }) {
      const by = (index: 0 | 1) =>
        Object.fromEntries(Object.entries(zones).map(([zone, counts]) => [zone, counts[index]]));
      const metadata = {
        name,
        namespace: NAMESPACE,
        uid: `uid-${name}`,
        resourceVersion: stamp(),
        generation: 1,
      };
      const object = {
        metadata,
        spec: { selector: { matchLabels: { app: 'ingester' } }, maxUnavailable: 1, ...spec },
      };
      budgets.set(name, {
        ...object,
        status: {
          protocol: PROTOCOL,
          identity: identityIn(object),
          revision: version,
          observedGeneration: 1,
          expectedReplicas: 9,
          expectedPods: by(0),
          currentUnhealthy: by(1),
          observedVersions: { pods: '1000' },
        },
      });
    },
    budgets: () => [...budgets.values()].map(readZoneDisruptionBudget),
    status: (name) => (budgets.get(name)?.status ?? {}) as Record<string, unknown>,
    touch(name) {
      const stored = budgets.get(name);
      if (stored) stored.metadata.resourceVersion = stamp();
    },
  };
  return api;
}

/** Empty for one that cannot be read. */
function identityIn(object: object): string {
  const read = readBudget(object);
  return read.kind === 'budget' ? identityOf(read.budget) : '';
}

export function error(code: number, reason: string): ApiError {
  return new ApiError({ code, reason, message: `${reason} happened` });
}

function found(stored: Stored | undefined): Stored {
  if (!stored) throw error(404, 'NotFound');
  return stored;
}
