import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { overdueReason } from '../../../plugin/drain/overdue.ts';
import { readDrainRecord } from '../../../plugin/drain/pod-store.ts';
import { readNode } from '../../../shared/kube/objects.ts';

const DELETED = '2026-01-01T12:00:00Z';
const AT_MS = Date.parse(DELETED);

const podWith = (finalizers: unknown, deletionTimestamp: string | undefined = DELETED) =>
  readDrainRecord({
    metadata: { name: 'a', namespace: 'prod', uid: 'u', deletionTimestamp, finalizers },
    spec: { nodeName: 'node-1', containers: [] },
    status: { phase: 'Running' },
  });
const nodeThat = (ready: string) =>
  readNode({ metadata: { name: 'node-1' }, status: { conditions: [{ type: 'Ready', status: ready }] } });

describe('a pod whose deletion is overdue', () => {
  it('is one whose grace period ended a while ago', () => {
    const pod = podWith(['example.com/backup']);
    assert.equal(overdueReason(pod, nodeThat('True'), AT_MS + 9_999), undefined);
    const reason = 'overdue: its finalizer example.com/backup must be removed first';
    assert.equal(overdueReason(pod, nodeThat('True'), AT_MS + 10_000), reason);
  });

  it('may wait for a node that is not ready', () => {
    const late = AT_MS + 60_000;
    assert.equal(overdueReason(podWith(undefined), nodeThat('True'), late), undefined);
    assert.match(
      overdueReason(podWith([]), nodeThat('Unknown'), late) ?? '',
      /^overdue: node node-1 is not ready/,
    );
    assert.equal(overdueReason(podWith([]), undefined, late), undefined);
  });

  it('names only the first finalizers, shortened', () => {
    const pod = podWith(Array.from({ length: 1_000 }, () => 'x'.repeat(1_000)));
    assert.ok((overdueReason(pod, undefined, AT_MS + 60_000) ?? '').length < 400);
  });
});
