import type { ChangeType } from '../../shared/kube/watch-store.ts';
import { type PodRecord, type ZoneOfNode, zoneOfRecord } from './pod-record.ts';

/** A pod that is gone. */
export interface Vanished {
  name: string;
  /** Uid of its controller; empty where it had none. */
  controllerUid: string;
}

/** Pods by namespace, and where those were that are gone. */
export interface PodIndex {
  /** One change, as the watch cache reports it. */
  apply(type: ChangeType, pod: PodRecord): void;
  podsIn(namespace: string): Iterable<PodRecord>;
  /** Where a pod of this name was last seen. */
  lastZone(namespace: string, name: string): string | undefined;
  /** The newest last. */
  vanished(namespace: string): readonly Vanished[];
}

/** Enough for the biggest wave of a Deployment's pods, whose names never come back. */
const VANISHED_KEPT = 1_000;

interface NamespaceIndex {
  pods: Map<string, PodRecord>;
  zones: Map<string, string>;
  vanished: Vanished[];
}

export function createPodIndex(zoneOfNode: ZoneOfNode): PodIndex {
  const namespaces = new Map<string, NamespaceIndex>();

  function indexOf(namespace: string): NamespaceIndex {
    const known = namespaces.get(namespace);
    if (known) return known;
    const made: NamespaceIndex = { pods: new Map(), zones: new Map(), vanished: [] };
    namespaces.set(namespace, made);
    return made;
  }

  function vanish(index: NamespaceIndex, pod: PodRecord): void {
    index.pods.delete(pod.name);
    index.vanished.push({ name: pod.name, controllerUid: pod.controller?.uid ?? '' });
    if (index.vanished.length <= VANISHED_KEPT) return;
    const oldest = index.vanished.shift();
    const again = oldest && index.vanished.some(({ name }) => name === oldest.name);
    if (oldest && !again && !index.pods.has(oldest.name)) index.zones.delete(oldest.name);
  }

  return {
    apply(type, pod) {
      const index = indexOf(pod.namespace);
      const zone = zoneOfRecord(pod, zoneOfNode);
      if (zone !== undefined) index.zones.set(pod.name, zone);
      if (type === 'DELETED') vanish(index, pod);
      else index.pods.set(pod.name, pod);
    },
    podsIn: (namespace) => namespaces.get(namespace)?.pods.values() ?? [],
    lastZone: (namespace, name) => namespaces.get(namespace)?.zones.get(name),
    vanished: (namespace) => namespaces.get(namespace)?.vanished ?? [],
  };
}
