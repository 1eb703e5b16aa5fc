import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Pod, readPod } from '../../../../shared/kube/objects.ts';
import { acceptKilled } from '../../../../shared/rollout/decide/killed-pods.ts';
import { emptyMemory } from '../../../../shared/rollout/decide/memory.ts';
import type { RolloutMemory } from '../../../../shared/rollout/decide/types.ts';
import type { RolloutEvent } from '../../../../shared/rollout/drive/events.ts';
import { watchKills } from '../../../../shared/rollout/drive/kills.ts';
import { NOW_MS, OPTIONS, observation, sixPods } from '../decide/builders.ts';

/** The pod `ingester-3` of `sixPods`, deleted a moment ago. */
function deleted(state: object, uid = 'uid-3'): Pod {
  return readPod({
    metadata: {
      ...{ name: 'ingester-3', namespace: 'prod', uid, resourceVersion: '1' },
      deletionTimestamp: new Date(NOW_MS).toISOString(),
      deletionGracePeriodSeconds: 30,
    },
    spec: { containers: [{ name: 'main', image: 'app' }] },
    status: { containerStatuses: [{ name: 'main', state }] },
  });
}
/** The same while its object is deleted: the API server writes that it has no grace period any more. */
function cleared(state: object): Pod {
  const pod = deleted(state);
  const deletionTimestampMs = NOW_MS - 30_000;
  return { ...pod, metadata: { ...pod.metadata, deletionTimestampMs, deletionGracePeriodSeconds: 0 } };
}
const RUNNING = { running: {} };
const KILLED = { terminated: { exitCode: 137, reason: 'Error' } };

function watching(memory: RolloutMemory = emptyMemory('rev-2'), commandLine = 'kubectl zone rollout sts/x') {
  const events: RolloutEvent[] = [];
  let podGone: (last: Pod, before: Pod) => void = () => {};
  const kills = watchKills({
    kube: { serverNowMs: () => NOW_MS },
    watches: { onPodGone: (listener) => (podGone = listener) },
    reporter: { report: (event) => events.push(event), close: async () => {} },
    memory,
    commandLine,
  });
  let current = memory;
  const look = (pods: readonly Pod[], { flush = true, seen = sixPods() } = {}) => {
    const view = { pods, observation: observation(seen), options: { ...OPTIONS, flush }, nowMs: NOW_MS };
    current = kills.look(current, view);
    return current.killed.map(({ name }) => name);
  };
  return {
    kills,
    events,
    look,
    goes: (last: Pod, before: Pod) => podGone(last, before),
    memory: () => current,
  };
}

describe('killed pods', () => {
  it('are told and remembered once, though their status and their end both say it', () => {
    const { look, goes, events } = watching();
    assert.deepEqual(look([deleted(RUNNING)]), []);
    assert.deepEqual(look([deleted(KILLED)]), ['ingester-3']);
    goes(deleted(KILLED), deleted(KILLED));
    assert.deepEqual(look([]), ['ingester-3']);
    assert.deepEqual(
      events.map((event) => event.type === 'pod-killed' && [event.pod, event.zone, event.holds]),
      [['ingester-3', 'zone-a', true]],
    );
  });

  it('are known from their end alone, when both came before the next look', () => {
    const { look, goes } = watching();
    look([deleted(RUNNING)]);
    goes(deleted(KILLED), deleted(RUNNING));
    assert.deepEqual(look([], { seen: sixPods().slice(0, 3) }), ['ingester-3']);
  });

  it('are told with the grace period that they had, though the deletion of the object clears it', () => {
    const killed = { terminated: { ...KILLED.terminated, finishedAt: new Date(NOW_MS).toISOString() } };
    const shown = watching();
    shown.look([deleted(RUNNING)]);
    shown.look([cleared(killed)]);
    const gone = watching();
    gone.look([deleted(RUNNING)]);
    gone.goes(cleared(killed), cleared(killed));
    gone.look([]);
    for (const { events } of [shown, gone])
      assert.deepEqual(
        events.map((event) => event.type === 'pod-killed' && event.how),
        ['was killed at the end of its grace period of 30s (exit code 137, container main)'],
      );
  });

  it('are of the zone where they ran, though their name may stand for a successor elsewhere by then', () => {
    const { look, goes, events, memory } = watching();
    look([deleted(RUNNING)]);
    goes(deleted(KILLED), deleted(RUNNING));
    const seen = sixPods().map((pod) =>
      pod.uid === 'uid-3' ? { ...pod, uid: 'successor', zone: 'zone-b' } : pod,
    );
    memory().lastZones = { 'ingester-3': 'zone-b' };
    look([], { seen });
    assert.deepEqual(
      events.map((event) => event.type === 'pod-killed' && event.zone),
      ['zone-a'],
    );
  });

  it('are told, and hold nothing, where pods do not flush', () => {
    const { look, events } = watching();
    assert.deepEqual(look([deleted(KILLED)], { flush: false }), []);
    assert.deepEqual(
      events.map((event) => event.type === 'pod-killed' && event.holds),
      [false],
    );
  });

  it('of another owner do not count', () => {
    const { look, goes, events } = watching();
    look([]);
    goes(deleted(KILLED, 'uid-other'), deleted(RUNNING, 'uid-other'));
    look([deleted(KILLED, 'uid-other')]);
    assert.deepEqual(events, []);
  });

  it('that the Lease remembers are not told again, while their objects last', () => {
    const before = watching();
    before.look([deleted(KILLED)]);
    const { look, events } = watching(acceptKilled(before.memory()));
    assert.deepEqual(look([deleted(KILLED)]), ['ingester-3']);
    assert.deepEqual(events, []);
  });

  it('are accepted by a flag of the same command, which is not given twice', () => {
    const once = 'kubectl zone rollout sts/x --accept-killed';
    assert.equal(watching().kills.goOn, once);
    assert.equal(watching(emptyMemory('rev-2'), once).kills.goOn, once);
  });
});
