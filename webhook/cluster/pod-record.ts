import { type PodRecord, podRecord } from '../../shared/budget/decide/pod-record.ts';
import { readPod } from '../../shared/kube/objects.ts';

/** Reads a pod and keeps what counts. Throws TypeError for a malformed one. */
export function readPodRecord(value: unknown): PodRecord {
  return podRecord(readPod(value));
}
