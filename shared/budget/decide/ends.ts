/** Which pods were recently observed to end: an owner's number of replicas must be newer than that, to miss none. */
import type { ChangeType } from '../../kube/watch-store.ts';
import type { PodRecord } from './pod-record.ts';

/** A pod that started to terminate, finished, or is gone. */
export interface EndedPod {
  name: string;
  /** Uid of its controller; empty if it had none. */
  controllerUid: string;
  /** False while it is only terminating. */
  isOver: boolean;
}

/** Times are from a monotonic clock. */
export interface PodEnds {
  /** One change from a watch cache. */
  note(type: ChangeType, pod: PodRecord, previous: PodRecord | undefined, atMs: number): void;
  /** Whether such a pod was observed to end after that time, or may have been: only the newest ones are remembered. */
  hasEndedSince(namespace: string, atMs: number, isSuch: (pod: EndedPod) => boolean): boolean;
  /** When the pod with this uid was first observed to be absent; `nowMs` if this is the first time. */
  absentSinceMs(uid: string, nowMs: number): number;
}

/** Enough for a drain of many nodes; with more, owners' replicas are only read more often. */
const ENDS_KEPT = 1_000;
const ABSENT_KEPT = 10_000;

interface NamespaceEnds {
  /** Newest last. */
  ends: (EndedPod & { atMs: number })[];
  /** Before this time, more pods may have ended than are remembered. */
  forgottenMs: number;
}

export function createPodEnds(): PodEnds {
  const namespaces = new Map<string, NamespaceEnds>();
  const absent = new Map<string, number>();

  return {
    note(type, pod, previous, atMs) {
      const before = previous?.uid === pod.uid ? previous : undefined;
      const isNew =
        type === 'DELETED' ||
        (pod.terminating && before?.terminating !== true) ||
        (pod.terminal && before?.terminal !== true);
      if (!isNew) return;
      const known = namespaces.get(pod.namespace) ?? { ends: [], forgottenMs: Number.NEGATIVE_INFINITY };
      namespaces.set(pod.namespace, known);
      const isOver = type === 'DELETED' || pod.terminal;
      known.ends.push({ name: pod.name, controllerUid: pod.controller?.uid ?? '', isOver, atMs });
      if (known.ends.length > ENDS_KEPT) known.forgottenMs = known.ends.shift()?.atMs ?? atMs;
    },
    hasEndedSince(namespace, atMs, isSuch) {
      const known = namespaces.get(namespace);
      if (!known) return false;
      if (atMs <= known.forgottenMs) return true;
      for (let index = known.ends.length - 1; index >= 0; index -= 1) {
        const end = known.ends[index];
        if (!end || end.atMs < atMs) return false;
        if (isSuch(end)) return true;
      }
      return false;
    },
    absentSinceMs(uid, nowMs) {
      const sinceMs = absent.get(uid) ?? nowMs;
      absent.set(uid, sinceMs);
      const [oldest] = absent.keys();
      if (absent.size > ABSENT_KEPT && oldest !== undefined) absent.delete(oldest);
      return sinceMs;
    },
  };
}
