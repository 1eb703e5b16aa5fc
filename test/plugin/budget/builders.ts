import type { V1ObjectMeta, V1Pod } from '@kubernetes/client-node';
import type { Enforcement } from '../../../plugin/budget/enforcement.ts';
import { type BudgetPod, budgetPod } from '../../../plugin/budget/pod.ts';
import { countNow } from '../../../plugin/budget/report.ts';
import { type ClusterState, countPodsOf } from '../../../plugin/budget/state.ts';
import { readSelectingWorkload } from '../../../plugin/budget/workload.ts';
import { readZoneDisruptionBudget } from '../../../shared/budget/decide/budget.ts';
import type { ScaleRead } from '../../../shared/budget/decide/owners.ts';
import { createPodIndex } from '../../../shared/budget/decide/pod-index.ts';
import type { MalformedBudget } from '../../../shared/budget/decide/read-budget.ts';
import { encodeStatus } from '../../../shared/budget/decide/status.ts';
import type { BudgetStatus, ZoneDisruptionBudget } from '../../../shared/budget/decide/types.ts';
import { readWorkload, type Workload } from '../../../shared/budget/decide/workload.ts';
import { createWorkloadIndex } from '../../../shared/budget/decide/workload-index.ts';
import { type Pod, readPod } from '../../../shared/kube/objects.ts';
import type { AsJson } from '../../helpers/as-json.ts';

export const NAMESPACE = 'cortex';
export const NOW_MS = Date.parse('2026-01-01T12:00:00Z');
export const ENFORCED: Enforcement = { kind: 'enforced', reason: '', fix: undefined };
export const NOT_ENFORCED: Enforcement = { kind: 'not-enforced', reason: 'none', fix: 'install it' };

const LABELS = { app: 'ingester' };
const ZONES = ['zone-a', 'zone-b', 'zone-c'];

/** A budget that has not been counted, unless a status is given. */
export function budgetOf(
  spec: Record<string, unknown> = {},
  metadata: Record<string, unknown> = {},
): ZoneDisruptionBudget {
  return readZoneDisruptionBudget({
    metadata: { name: 'ingester', namespace: NAMESPACE, generation: 1, resourceVersion: '1', ...metadata },
    spec: { selector: { matchLabels: LABELS }, maxUnavailable: 2, ...spec },
  });
}

/** The budget as a webhook has stored it with this status. */
export function stored(budget: ZoneDisruptionBudget, status: BudgetStatus): ZoneDisruptionBudget {
  const { metadata, spec } = budget;
  return readZoneDisruptionBudget({
    metadata: { ...metadata, name: metadata.name, generation: metadata.generation },
    spec,
    status: encodeStatus(spec, status),
  });
}

export interface PodFixture {
  name?: string;
  /** Ordinal of the StatefulSet's pod, which is in zone a, b, c, a, … */
  ordinal?: number;
  zone?: string | undefined;
  ready?: boolean;
  terminating?: boolean;
  phase?: string;
  labels?: Readonly<Record<string, string>>;
  owner?: { kind: string; name: string; uid: string; apiVersion?: string } | undefined;
}

export function podOf(fixture: PodFixture): Pod {
  return readPod(podObject(fixture));
}

/** The same as an API object. */
export function podObject(fixture: PodFixture): AsJson<V1Pod> {
  const { ordinal = 0, ready = true, terminating = false, phase = 'Running' } = fixture;
  const name = fixture.name ?? `ingester-${ordinal}`;
  const zone = 'zone' in fixture ? fixture.zone : ZONES[ordinal % 3];
  const owner = 'owner' in fixture ? fixture.owner : { kind: 'StatefulSet', name: 'ingester', uid: 'sts' };
  return {
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: `uid-${name}`,
      resourceVersion: '50',
      labels: { ...(fixture.labels ?? LABELS) },
      ...(terminating && { deletionTimestamp: '2026-01-01T12:00:00Z' }),
      ...(owner && { ownerReferences: [{ apiVersion: 'apps/v1', controller: true, ...owner }] }),
    },
    spec: { containers: [], ...(zone !== undefined && { nodeName: zone }) },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

/** A pod of a CronJob's Job, with the labels of the StatefulSet's pods. */
export function jobPod(): Pod {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'archive-28812345', uid: 'job' };
  return podOf({ name: 'archive-28812345-x2x4b', zone: 'zone-a', owner });
}

/** Jobs have none. */
export const NO_SCALE: Readonly<Record<string, ScaleRead>> = { job: { kind: 'no-scale' } };

/** Ready pods of a StatefulSet of that size, with exceptions. */
export function podsOf(
  count: number,
  otherwise: Readonly<Record<number, PodFixture | 'missing'>> = {},
): Pod[] {
  return Array.from({ length: count }, (_, ordinal) => ordinal).flatMap((ordinal) => {
    const change = otherwise[ordinal];
    return change === 'missing' ? [] : [podOf({ ordinal, ...change })];
  });
}

export function statefulSetOf(replicas: number, spec: Record<string, unknown> = {}) {
  const object = { metadata: metadata('ingester', 'sts'), spec: workloadSpec(replicas, spec) };
  return readSelectingWorkload('StatefulSet', object);
}

/** A Deployment with its ReplicaSet. */
export function deploymentOf(replicas: number) {
  return [
    readWorkload('Deployment', { metadata: metadata('api', 'deploy'), spec: workloadSpec(replicas) }),
    readWorkload('ReplicaSet', {
      metadata: {
        ...metadata('api-1', 'rs'),
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api', uid: 'deploy', controller: true },
        ],
      },
      spec: workloadSpec(replicas + 1),
    }),
  ];
}

function metadata(name: string, uid: string): AsJson<V1ObjectMeta> {
  return { name, namespace: NAMESPACE, uid };
}

function workloadSpec(replicas: number, spec: Record<string, unknown> = {}) {
  return {
    replicas,
    selector: { matchLabels: LABELS },
    template: { metadata: { labels: LABELS }, spec: { containers: [] } },
    ...spec,
  };
}

export interface StateFixture {
  budgets?: readonly ZoneDisruptionBudget[];
  malformed?: readonly MalformedBudget[];
  pods?: readonly Pod[];
  /** Pods that existed. */
  gone?: readonly Pod[];
  workloads?: readonly Workload[];
  /** By uid. */
  scales?: Readonly<Record<string, ScaleRead>>;
}

/** The state of the cluster. Nodes have the names of their zones. */
export function stateOf(fixture: StateFixture): ClusterState {
  const { budgets = [budgetOf()], malformed = [], gone = [], workloads = [], scales = {} } = fixture;
  const zoneOfNode = (node: string) => node;
  const pods = createPodIndex<BudgetPod>(zoneOfNode);
  for (const pod of gone.map(budgetPod)) {
    pods.apply('ADDED', pod);
    pods.apply('DELETED', pod);
  }
  for (const pod of fixture.pods ?? []) pods.apply('ADDED', budgetPod(pod));
  const index = createWorkloadIndex();
  for (const workload of workloads) index.apply('ADDED', workload);
  return {
    budgets,
    malformed,
    pods,
    zoneOfNode,
    workloads: index,
    scaleOf: ({ uid }) => scales[uid],
    versions: { pods: '100', statefulsets: '100', deployments: '100', replicasets: '100' },
  };
}

/** The state after a webhook has counted its budgets and stored the result. */
export function countedBy(fixture: StateFixture): StateFixture {
  const state = stateOf(fixture);
  const budgets = state.budgets.map((budget) => {
    const observed = countPodsOf(budget, state);
    if (typeof observed === 'string') throw new Error(observed);
    return stored(budget, countNow(budget, observed, NOW_MS));
  });
  return { ...fixture, budgets };
}
