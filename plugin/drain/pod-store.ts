import { createPodIndex, type Pods } from '../../shared/budget/decide/pod-index.ts';
import { type PodRecord, podRecord } from '../../shared/budget/decide/pod-record.ts';
import { fields } from '../../shared/kube/objects/fields.ts';
import { type Pod, readPod } from '../../shared/kube/objects.ts';
import type { ChangeType } from '../../shared/kube/watch-store.ts';
import type { ZoneOfNode } from '../../shared/kube/zones.ts';
import type { PodToSettle } from '../../shared/removals/settlements.ts';

/** A pod as counted, with the fields that filters and reasons need. */
export interface DrainRecord extends PodRecord {
  pod: Pod;
  /** Whether it was seen available at some time. */
  served: boolean;
  /** Finalizers that must be removed before the pod is deleted; the first ones. */
  finalizers: readonly string[];
}

const MOST_FINALIZERS = 3;
const LONGEST_FINALIZER = 100;

/** Reads a pod. Throws TypeError if it is malformed. */
export function readDrainRecord(value: unknown): DrainRecord {
  const pod = readPod(value);
  const record = podRecord(pod);
  return { ...record, pod, served: record.available, finalizers: finalizersOf(value) };
}

function finalizersOf(value: unknown): string[] {
  const { finalizers } = fields(fields(value, 'pod').metadata, 'metadata');
  if (!Array.isArray(finalizers)) return [];
  return finalizers
    .slice(0, MOST_FINALIZERS)
    .map((finalizer: unknown) => String(finalizer).slice(0, LONGEST_FINALIZER));
}

/** What a pod shows about requests to remove it. */
export function removableRecord({ uid, namespace, name, terminating, pod }: DrainRecord): PodToSettle {
  const marked = pod.status.conditions.some(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  );
  return { uid, namespace, name, terminating, resourceVersion: pod.metadata.resourceVersion, marked };
}

/** All pods of the cluster, with lookups by node and uid. */
export interface PodStore extends Pods<DrainRecord> {
  /** One change from the watch cache. */
  apply(type: ChangeType, record: DrainRecord): void;
  onNode(node: string): Iterable<DrainRecord>;
  byUid(uid: string): DrainRecord | undefined;
  /**
   * The pod's removal was accepted: from now on it is shown as terminating, even after an event older than the removal.
   * Its availability does not change until the deletion is observed.
   */
  leave(pod: { namespace: string; name: string; uid: string }): void;
}

/** @param zoneOfNode must know the nodes before their pods are applied */
export function createPodStore(zoneOfNode: ZoneOfNode): PodStore {
  const index = createPodIndex<DrainRecord>(zoneOfNode);
  const byUid = new Map<string, DrainRecord>();
  const byNode = new Map<string, Map<string, DrainRecord>>();
  const leaving = new Set<string>();
  /** `namespace/name` of pods that were available: some owners reuse names. */
  const servedNames = new Set<string>();

  function remove(uid: string): void {
    const known = byUid.get(uid);
    if (!known) return;
    byUid.delete(uid);
    const pods = byNode.get(known.node ?? '');
    pods?.delete(uid);
    if (pods?.size === 0) byNode.delete(known.node ?? '');
  }

  function put(record: DrainRecord): void {
    byUid.set(record.uid, record);
    if (record.node === undefined) return;
    const pods = byNode.get(record.node) ?? new Map<string, DrainRecord>();
    byNode.set(record.node, pods);
    pods.set(record.uid, record);
  }

  function apply(type: ChangeType, record: DrainRecord): void {
    const { uid } = record;
    const name = `${record.namespace}/${record.name}`;
    if (record.served) servedNames.add(name);
    const served = servedNames.has(name);
    remove(uid);
    if (type === 'DELETED') {
      leaving.delete(uid);
      index.apply(type, record);
      return;
    }
    const seen = { ...record, served, terminating: record.terminating || leaving.has(uid) };
    put(seen);
    index.apply(type, seen);
  }

  return {
    inNamespace: index.inNamespace,
    lastZone: index.lastZone,
    vanished: index.vanished,
    madeAt: index.madeAt,
    apply,
    byUid: (uid) => byUid.get(uid),
    onNode: (node) => byNode.get(node)?.values() ?? [],
    leave({ uid }) {
      const record = byUid.get(uid);
      if (!record) return;
      leaving.add(uid);
      apply('MODIFIED', record);
    },
  };
}
