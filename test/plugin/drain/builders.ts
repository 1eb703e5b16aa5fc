import type { V1Node, V1Pod } from '@kubernetes/client-node';
import type { DrainObservation, DrainPod, DrainWorkload } from '../../../plugin/drain/decide/types.ts';
import type { DrainFilters } from '../../../plugin/drain/request.ts';
import { type Node, type Pod, readNode, readPod } from '../../../shared/kube/objects.ts';
import { ZONE_LABEL } from '../../../shared/kube/zones.ts';
import type { AsJson } from '../../helpers/as-json.ts';

export const NOW_MS = Date.parse('2026-01-01T12:00:00Z');

/** kubectl drain without any flag. */
export const NO_FLAGS: DrainFilters = {
  ignoreDaemonSets: false,
  deleteEmptyDirData: false,
  force: false,
  podSelector: undefined,
  skipWaitForDeleteMs: undefined,
};

export interface PodFixture {
  name?: string;
  namespace?: string;
  node?: string;
  owner?: { apiVersion?: string; kind: string; name?: string } | undefined;
  emptyDir?: boolean;
  phase?: string;
  mirror?: boolean;
  labels?: Record<string, string>;
  /** When its grace period ends. */
  deletionTimestamp?: string;
}

/** A running pod of a StatefulSet, unless told otherwise. */
export function podOf(fixture: PodFixture = {}): Pod {
  const { name = 'ingester-0', namespace = 'cortex', node = 'node-1', phase = 'Running' } = fixture;
  const owner = 'owner' in fixture ? fixture.owner : { kind: 'StatefulSet' };
  const pod: AsJson<V1Pod> = {
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      ...(fixture.labels && { labels: fixture.labels }),
      ...(fixture.deletionTimestamp && { deletionTimestamp: fixture.deletionTimestamp }),
      ...(fixture.mirror && { annotations: { 'kubernetes.io/config.mirror': 'f00d' } }),
      ...(owner && {
        ownerReferences: [
          { apiVersion: 'apps/v1', name: 'owner', uid: `uid-${owner.name}`, controller: true, ...owner },
        ],
      }),
    },
    spec: {
      nodeName: node,
      containers: [],
      ...(fixture.emptyDir && { volumes: [{ name: 'x', emptyDir: {} }] }),
    },
    status: { phase },
  };
  return readPod(pod);
}

/** A node as the API server would send it. */
export function nodeObject(
  name: string,
  zone: string | undefined,
  labels: Record<string, string> = {},
): AsJson<V1Node> {
  return { metadata: { name, labels: { ...labels, ...(zone !== undefined && { [ZONE_LABEL]: zone }) } } };
}

export function nodeOf(name: string, zone: string | undefined): Node {
  return readNode(nodeObject(name, zone));
}

/** An available pod of workload `sts` without budgets, unless told otherwise. */
export function drainPod(pod: Partial<DrainPod> & { name: string; node: string }): DrainPod {
  return {
    namespace: 'cortex',
    uid: `uid-${pod.name}`,
    zone: undefined,
    available: true,
    terminating: false,
    asked: false,
    refused: undefined,
    workload: 'sts',
    zoneBudgets: [],
    podBudgets: [],
    ...pod,
  };
}

export function drainWorkload(workload: Partial<DrainWorkload> = {}): DrainWorkload {
  return {
    key: 'sts',
    namespace: 'cortex',
    label: 'statefulset/ingester',
    guard: 'none',
    zones: [],
    down: [],
    rolloutHolder: undefined,
    ...workload,
  };
}

export function observationOf(observation: Partial<DrainObservation>): DrainObservation {
  return {
    nodes: [],
    pods: [],
    workloads: [],
    zoneBudgets: new Map(),
    podBudgets: new Map(),
    ...observation,
  };
}
