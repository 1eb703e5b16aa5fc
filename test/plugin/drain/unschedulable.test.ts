import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { UnschedulablePods } from '../../../plugin/drain/unschedulable.ts';
import { readPod } from '../../../shared/kube/objects.ts';

const SERVER_MS = Date.parse('2026-01-01T12:00:00Z');
/** The monotonic clock at that moment. */
const NOW_MS = 5_000;

function podOf({ agoMs = 0, uid = 'a', deleted = false, status = 'False', reason = 'Unschedulable' } = {}) {
  const lastTransitionTime = new Date(SERVER_MS - agoMs).toISOString();
  return readPod({
    metadata: {
      name: 'web-0',
      namespace: 'prod',
      uid,
      ...(deleted && { deletionTimestamp: lastTransitionTime }),
    },
    spec: { containers: [] },
    status: {
      conditions: [{ type: 'PodScheduled', status, reason, message: 'no node', lastTransitionTime }],
    },
  });
}

describe('since when pods are unschedulable', () => {
  let pods: UnschedulablePods;
  beforeEach(() => {
    pods = new UnschedulablePods();
  });
  const look = (pod: Parameters<typeof podOf>[0], passedMs = 0, serverSetMs = 0) =>
    pods.look(podOf(pod), {
      nowMs: NOW_MS + passedMs,
      serverNowMs: SERVER_MS + passedMs + serverSetMs,
    })?.sinceMs;

  it('is told by the condition when the pod is first seen', () => {
    assert.equal(look({ agoMs: 3_000 }), NOW_MS - 3_000);
    assert.equal(look({ agoMs: 10_000, uid: 'b' }), NOW_MS - 10_000);
  });

  it('is never in the future', () => {
    assert.equal(look({ agoMs: -60_000 }), NOW_MS);
  });

  it('stays the same afterwards, however clocks are set', () => {
    look({});
    assert.equal(look({}, 20_000, 3_600_000), NOW_MS);
    assert.equal(look({}, 30_000, -3_600_000), NOW_MS);
  });

  it('begins anew when the pod was scheduled in between, and for its successor', () => {
    look({ agoMs: 3_000 });
    assert.equal(look({ status: 'True' }, 1_000), undefined);
    assert.equal(look({ agoMs: -2_000 }, 2_000), NOW_MS + 2_000);
    assert.equal(look({ agoMs: -4_000, uid: 'successor' }, 5_000), NOW_MS + 4_000);
  });

  it('is not known of a pod that terminates, waits for its turn, or is gone', () => {
    assert.equal(look({ deleted: true }), undefined);
    assert.equal(look({ reason: 'SchedulingGated' }), undefined);
    look({ agoMs: 3_000 });
    pods.keep(() => false);
    assert.equal(look({ agoMs: 0 }), NOW_MS);
  });
});
