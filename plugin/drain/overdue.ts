import type { Node } from '../../shared/kube/objects.ts';
import { listNames } from '../../shared/sentences.ts';
import type { DrainRecord } from './pod-store.ts';

/** A pod should be gone at its deletion timestamp, which includes its grace period. */
export const OVERDUE_MS = 10_000;

/**
 * Why a pod still exists although its grace period has ended.
 *
 * @param nowMs on the API server's clock
 * @returns undefined while it is not overdue, or if the reason is unknown
 */
export function overdueReason(
  { pod, finalizers }: Pick<DrainRecord, 'pod' | 'finalizers'>,
  node: Node | undefined,
  nowMs: number,
): string | undefined {
  const { deletionTimestampMs } = pod.metadata;
  if (deletionTimestampMs === undefined || nowMs < deletionTimestampMs + OVERDUE_MS) return undefined;
  if (finalizers.length > 0) {
    return `overdue: its ${finalizers.length === 1 ? 'finalizer' : 'finalizers'} ${listNames(finalizers)} must be removed first`;
  }
  const ready = node?.status.conditions.find(({ type }) => type === 'Ready');
  return ready && ready.status !== 'True'
    ? `overdue: node ${node?.metadata.name} is not ready and cannot confirm that the pod has ended`
    : undefined;
}
