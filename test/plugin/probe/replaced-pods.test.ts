import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DrainSnapshot } from '../../../plugin/drain/decide/snapshot.ts';
import type { DrainEvent } from '../../../plugin/drain/events.ts';
import { podsOfDrain } from '../../../plugin/drain/probe.ts';
import { podsOfRollout } from '../../../plugin/rollout/probe.ts';

const atMs = 0;

describe('pods that are being replaced', () => {
  it('are those of a rollout from their eviction until they are back', () => {
    const pods = podsOfRollout();
    for (const pod of ['web-2', 'web-1']) pods.see({ atMs, type: 'pod-evicted', pod, zone: 'zone-a' });
    assert.deepEqual(pods.names(), ['web-2', 'web-1']);
    pods.see({ atMs, type: 'pod-back', pod: 'web-2', zone: 'zone-a', tookMs: 1 });
    assert.deepEqual(pods.names(), ['web-1']);
  });

  it('are those of a drain until every workload is whole', () => {
    const pods = podsOfDrain();
    const snapshot = (missing: boolean): DrainEvent => {
      const waitingFor = missing ? [{ workload: 'deployment/web', namespace: 'shop', pods: ['web-x'] }] : [];
      const drawn: Partial<DrainSnapshot> = { waitingFor };
      return { atMs, type: 'snapshot', snapshot: drawn as DrainSnapshot };
    };
    pods.see({ atMs, type: 'pod-evicted', pod: 'shop/web-a', node: 'n', zone: null });
    pods.see(snapshot(false));
    assert.deepEqual(pods.names(), ['shop/web-a']);
    pods.see({ atMs, type: 'pod-gone', pod: 'shop/web-a', node: 'n', tookMs: 1 });
    pods.see(snapshot(true));
    assert.deepEqual(pods.names(), ['shop/web-a']);
    pods.see(snapshot(false));
    assert.deepEqual(pods.names(), []);
  });
});
