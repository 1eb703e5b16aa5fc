/** Which pods were noticed to end lately: what an owner's number of replicas has to be newer than, to miss none of them. */
import type { ChangeType } from '../../kube/watch-store.ts';
import type { PodRecord } from './pod-record.ts';

/** A pod that began to terminate, reached its end by itself, or is gone. */
export interface EndedPod {
  name: string;
  /** Uid of its controller; empty where it had none. */
  controllerUid: string;
  /** False while it only terminates. */
  isOver: boolean;
}

/** Times are those of a monotonic clock. */
export interface PodEnds {
  /** One change, as a watch cache reports it. */
  note(type: ChangeType, pod: PodRecord, previous: PodRecord | undefined, atMs: number): void;
  /** Whether such a pod was noticed to end after that moment, or might have been: only the newest ones are remembered. */
  hasEndedSince(namespace: string, atMs: number, isSuch: (pod: EndedPod) => boolean): boolean;
  /** When it was noticed first that the pod of this uid is not there; `nowMs` where this is the first time. */
  absentSinceMs(uid: string, nowMs: number): number;
}

/** Enough for a drain of many nodes; with more, owners' numbers are only read more often. */
const ENDS_KEPT = 1_000;
const ABSENT_KEPT = 10_000;

interface NamespaceEnds {
  /** The newest last. */
  ends: (EndedPod & { atMs: number })[];
  /** Before this, more may have ended than is remembered. */
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
