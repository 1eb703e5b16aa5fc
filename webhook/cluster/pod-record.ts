import { type PodRecord, podRecord } from '../../shared/budget/decide/pod-record.ts';
import { readPod } from '../../shared/kube/objects.ts';

/** Reads the fields of a pod that the counts depend on. Throws TypeError if it is malformed. */
export function readPodRecord(value: unknown): PodRecord {
  return podRecord(readPod(value));
}
