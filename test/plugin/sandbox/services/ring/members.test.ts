import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod } from '../../../../../plugin/sandbox/controllers/types.ts';
import type { Processes } from '../../../../../plugin/sandbox/services/pod-state.ts';
import {
  afterDeletion,
  type Member,
  memberOf,
  ringOf,
  shownState,
} from '../../../../../plugin/sandbox/services/ring/members.ts';
import { Store } from '../../../../../plugin/sandbox/store/store.ts';

const START_MS = Date.UTC(2026, 0, 1);

function pod(changes: { ready?: boolean; grace?: number; metadata?: object } = {}): Pod {
  const { ready = true, grace, metadata } = changes;
  const deletion =
    grace === undefined
      ? {}
      : { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: grace };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'i-0', namespace: 'cortex', uid: 'first', ...deletion, ...metadata },
    spec: { containers: [{ name: 'i', image: 'i:1' }] },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  };
}

/** The member after these moments of its pod, a second each. */
function live(...moments: { pod: Pod; processes?: Processes }[]): Member | undefined {
  let member: Member | undefined;
  moments.forEach((moment, index) => {
    member = memberOf(moment.pod, member, moment.processes ?? 'running', 'zone-a', START_MS + index * 1000);
  });
  return member;
}

const starting = { pod: pod({ ready: false }) };
const ready = { pod: pod() };
const leaving = { pod: pod({ grace: 30 }) };

describe('a member of a simulated ring', () => {
  it('is not there before its pod runs, then JOINING, ACTIVE and LEAVING', () => {
    assert.equal(live({ pod: pod({ ready: false }), processes: 'down' }), undefined);
    assert.equal(live(starting)?.state, 'JOINING');
    assert.equal(live(starting, ready)?.state, 'ACTIVE');
    assert.equal(live(starting, ready, leaving)?.state, 'LEAVING');
    assert.equal(live(starting, leaving)?.state, 'LEAVING');
  });

  it('stays ACTIVE when its pod is unready for a while', () => {
    assert.equal(live(starting, ready, starting)?.state, 'ACTIVE');
  });

  it('is unhealthy once its process has been silent for the heartbeat timeout, and back with it', () => {
    const crashed = live(starting, ready, { ...starting, processes: 'down' }) ?? assert.fail();
    assert.equal(crashed.stoppedMs, START_MS + 2000);
    assert.equal(shownState(crashed, START_MS + 62_000), 'ACTIVE');
    assert.equal(shownState(crashed, START_MS + 62_001), 'UNHEALTHY');
    const back = live(starting, ready, { ...starting, processes: 'down' }, starting) ?? assert.fail();
    assert.equal(shownState(back, START_MS + 3_600_000), 'ACTIVE');
  });

  it('stays without heartbeats when it was killed, in the middle or at the end of its grace period', () => {
    const atOnce = afterDeletion(live(ready, leaving) ?? assert.fail(), START_MS + 5000);
    assert.deepEqual([atOnce.state, atOnce.stoppedMs], ['LEAVING', START_MS + 5000]);
    const atTheEnd = live(ready, leaving, { ...leaving, processes: 'down' }) ?? assert.fail();
    assert.equal(afterDeletion(atTheEnd, START_MS + 9000).stoppedMs, START_MS + 2000);
  });

  it('has gone as soon as its process has exited in good order', () => {
    assert.equal(live(ready, { ...leaving, processes: 'exited' }), undefined);
  });

  it('is taken over by a successor of the same name', () => {
    const successor = { pod: pod({ ready: false, metadata: { uid: 'second' } }) };
    const member = live(ready, leaving, successor) ?? assert.fail();
    assert.deepEqual([member.state, member.uid, member.stoppedMs], ['JOINING', 'second', undefined]);
    assert.equal(member.registeredMs, START_MS);
    assert.equal(live(ready, leaving, { ...successor, processes: 'down' })?.uid, 'first');
  });

  it('may have a shorter heartbeat timeout', () => {
    const annotations = { 'sim.kubectl-zone.dev/heartbeat-timeout': '2s' };
    assert.equal(live({ pod: pod({ metadata: { annotations } }) })?.heartbeatTimeoutMs, 2000);
  });
});

describe('the ring of a pod', () => {
  const owner = (kind: string, name: string) => ({
    ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: name, controller: true }],
  });

  it('is that of its workload, whichever ReplicaSet it is from', () => {
    const store = new Store();
    for (const name of ['i-1a', 'i-2b']) {
      const metadata = { name, namespace: 'cortex', uid: name, ...owner('Deployment', 'i') };
      store.put('apps/replicasets', { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata });
      assert.equal(ringOf(pod({ metadata: owner('ReplicaSet', name) }), store), 'cortex/Deployment/i');
    }
    assert.equal(ringOf(pod({ metadata: owner('StatefulSet', 'i') }), store), 'cortex/StatefulSet/i');
    assert.equal(ringOf(pod(), store), 'cortex/Pod/i-0');
  });

  it('is the one that is named, across workloads', () => {
    const annotations = { 'sim.kubectl-zone.dev/ring': 'ingesters' };
    const metadata = { annotations, ...owner('StatefulSet', 'ingester-zone-a') };
    assert.equal(ringOf(pod({ metadata }), new Store()), 'cortex/ingesters');
  });
});
