import type { ChangeType } from '../../kube/watch-store.ts';
import { type ZoneOfNode, zoneOfPod } from '../../kube/zones.ts';
import type { PodRecord } from './pod-record.ts';

/** A pod that is gone. */
export interface VanishedPod extends Pick<PodRecord, 'name' | 'namespace' | 'labels' | 'controller'> {
  /** Uid of its controller; empty if it had none. */
  controllerUid: string;
  /** When it was gone, and when it was first seen, as sequence numbers of such events. */
  goneAt: number;
  madeAt: number;
}

/** Pods by namespace, and the last zones of those that are gone. */
export interface Pods<P extends PodRecord = PodRecord> {
  inNamespace(namespace: string): Iterable<P>;
  /** Where a pod with this name was last seen. */
  lastZone(namespace: string, name: string): string | undefined;
  /** Newest last. */
  vanished(namespace: string): readonly VanishedPod[];
  /** When the pod was first seen, in the same sequence as `VanishedPod`. */
  madeAt(pod: Pick<PodRecord, 'namespace' | 'uid'>): number;
}

export interface PodIndex<P extends PodRecord = PodRecord> extends Pods<P> {
  /** One change from a watch cache; `ADDED` for a single list. */
  apply(type: ChangeType, pod: P): void;
}

/** Enough for the largest wave of a Deployment's pods, whose names never return. */
const VANISHED_KEPT = 1_000;

interface NamespaceIndex<P> {
  pods: Map<string, P>;
  zones: Map<string, string>;
  vanished: VanishedPod[];
  /** By uid of existing pods. */
  madeAt: Map<string, number>;
}

/** @param zoneOfNode must know the nodes before their pods are applied */
export function createPodIndex<P extends PodRecord = PodRecord>(zoneOfNode: ZoneOfNode): PodIndex<P> {
  const namespaces = new Map<string, NamespaceIndex<P>>();
  let events = 0;

  function indexOf(namespace: string): NamespaceIndex<P> {
    const known = namespaces.get(namespace);
    if (known) return known;
    const made: NamespaceIndex<P> = {
      pods: new Map(),
      zones: new Map(),
      vanished: [],
      madeAt: new Map(),
    };
    namespaces.set(namespace, made);
    return made;
  }

  function vanish(index: NamespaceIndex<P>, pod: P): void {
    index.pods.delete(pod.name);
    const { name, namespace, labels, controller } = pod;
    const controllerUid = controller?.uid ?? '';
    const madeAt = index.madeAt.get(pod.uid) ?? 0;
    index.madeAt.delete(pod.uid);
    index.vanished.push({ name, namespace, labels, controller, controllerUid, goneAt: events, madeAt });
    if (index.vanished.length <= VANISHED_KEPT) return;
    const oldest = index.vanished.shift();
    const again = oldest && index.vanished.some(({ name }) => name === oldest.name);
    if (oldest && !again && !index.pods.has(oldest.name)) index.zones.delete(oldest.name);
  }

  return {
    apply(type, pod) {
      const index = indexOf(pod.namespace);
      events += 1;
      const zone = zoneOfPod(pod, zoneOfNode);
      if (zone !== undefined) index.zones.set(pod.name, zone);
      if (type === 'DELETED') vanish(index, pod);
      else {
        index.pods.set(pod.name, pod);
        if (!index.madeAt.has(pod.uid)) index.madeAt.set(pod.uid, events);
      }
    },
    inNamespace: (namespace) => namespaces.get(namespace)?.pods.values() ?? [],
    lastZone: (namespace, name) => namespaces.get(namespace)?.zones.get(name),
    madeAt: ({ namespace, uid }) => namespaces.get(namespace)?.madeAt.get(uid) ?? 0,
    vanished: (namespace) => namespaces.get(namespace)?.vanished ?? [],
  };
}
