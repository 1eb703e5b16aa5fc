import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyMemory, remember } from '../../../../shared/rollout/decide/memory.ts';
import type { ObservedPod } from '../../../../shared/rollout/decide/types.ts';
import { Progress } from '../../../../shared/rollout/drive/progress.ts';
import { DOWN, OPTIONS, observation, sixPods, updated } from '../decide/builders.ts';

const START_MS = 50_000;
/** When the monotonic clock began. */
const STARTED_MS = 20_000;

/** A progress that looks at pods at given times after its start. */
function watching() {
  const progress = new Progress(START_MS - STARTED_MS);
  let memory = emptyMemory('rev-2');
  const look = (
    afterMs: number,
    pods: readonly ObservedPod[],
    change: Parameters<typeof observation>[1] = {},
  ) => {
    const seen = observation(pods, change);
    const nowMs = START_MS + afterMs;
    const monotonicMs = nowMs - STARTED_MS;
    memory = remember(memory, seen, OPTIONS, { nowMs, monotonicMs });
    const moment = { observation: seen, memory, options: OPTIONS };
    return progress.look({ ...moment, serverNowMs: nowMs, monotonicMs, nowMs });
  };
  return { progress, look };
}

const remove = (progress: Progress, ordinal: number, zone: string, afterMs: number) =>
  progress.podRemoved(
    { name: `ingester-${ordinal}`, uid: `uid-${ordinal}`, zone },
    START_MS - STARTED_MS + afterMs,
  );

describe('progress', () => {
  it('tells when each pod is back, and when its zone is finished', () => {
    const { progress, look } = watching();
    assert.deepEqual(look(0, sixPods()), []);
    remove(progress, 3, 'zone-a', 100);
    const gone = sixPods().filter((pod) => pod.ordinal !== 3);
    assert.deepEqual(look(200, gone, { replicas: 6, missing: ['ingester-3'] }), []);
    const oneBack = sixPods((ordinal) => (ordinal === 3 ? updated(3) : {}));
    assert.deepEqual(look(2_100, oneBack), [
      { atMs: START_MS + 2_100, type: 'pod-back', pod: 'ingester-3', zone: 'zone-a', tookMs: 2_000 },
    ]);
    remove(progress, 0, 'zone-a', 3_000);
    const bothBack = sixPods((ordinal) => (ordinal % 3 === 0 ? updated(ordinal) : {}));
    assert.deepEqual(
      look(4_000, bothBack).map(({ type }) => type),
      ['pod-back', 'zone-finished'],
    );
  });

  it('counts a pod of a finished zone once, also if it was seen leaving often, or was replaced twice', () => {
    const { progress, look } = watching();
    look(0, sixPods());
    remove(progress, 3, 'zone-a', 100);
    remove(progress, 3, 'zone-a', 200);
    progress.podRemoved({ name: 'ingester-3', uid: 'uid-3-again', zone: 'zone-a' }, START_MS + 300);
    remove(progress, 0, 'zone-a', 400);
    const bothBack = sixPods((ordinal) => (ordinal % 3 === 0 ? updated(ordinal) : {}));
    const finished = look(4_000, bothBack).filter((event) => event.type === 'zone-finished');
    assert.deepEqual(finished, [
      { atMs: START_MS + 4_000, type: 'zone-finished', zone: 'zone-a', pods: 2, tookMs: 3_900 },
    ]);
  });

  it('knows how long a pod that it removed took to end', () => {
    const { progress, look } = watching();
    look(0, sixPods());
    remove(progress, 3, 'zone-a', 100);
    look(
      200,
      sixPods((ordinal) => (ordinal === 3 ? { terminating: true } : {})),
    );
    assert.deepEqual(progress.flushTimesMs, []);
    const gone = sixPods().filter((pod) => pod.ordinal !== 3);
    look(1_600, gone, { replicas: 6, missing: ['ingester-3'] });
    look(1_700, gone, { replicas: 6, missing: ['ingester-3'] });
    assert.deepEqual(progress.flushTimesMs, [1_500]);
    assert.equal(progress.summary(START_MS - STARTED_MS + 1_700).mostPodsTerminating, 1);
  });

  it('does not take the removed pod itself for its successor', () => {
    const { progress, look } = watching();
    look(0, sixPods());
    remove(progress, 3, 'zone-a', 100);
    assert.deepEqual(look(150, sixPods()), []);
  });

  it('tells of a pod once that was taken again before it was back', () => {
    const { progress, look } = watching();
    look(0, sixPods());
    remove(progress, 3, 'zone-a', 100);
    progress.podRemoved(
      { name: 'ingester-3', uid: 'uid-3-again', zone: 'zone-a' },
      START_MS - STARTED_MS + 1_000,
    );
    const back = look(
      3_000,
      sixPods((ordinal) => (ordinal === 3 ? updated(3) : {})),
    ).filter(({ type }) => type === 'pod-back');
    assert.deepEqual(back, [
      { atMs: START_MS + 3_000, type: 'pod-back', pod: 'ingester-3', zone: 'zone-a', tookMs: 2_000 },
    ]);
    assert.equal(progress.summary(START_MS - STARTED_MS + 3_000).podsReplaced, 1);
  });

  it('reports a new revision once, and not the first one', () => {
    const { look } = watching();
    assert.deepEqual(look(0, sixPods()), []);
    assert.deepEqual(look(1, sixPods(), { updateRevision: 'rev-3', revisionObserved: false }), []);
    const [event] = look(2, sixPods(), { updateRevision: 'rev-3' });
    assert.deepEqual(event, { atMs: START_MS + 2, type: 'revision-changed', from: 'rev-2', to: 'rev-3' });
    assert.deepEqual(look(3, sixPods(), { updateRevision: 'rev-3' }), []);
  });

  it('sums up what it cost, also what others took down', () => {
    const { progress, look } = watching();
    look(0, sixPods());
    assert.deepEqual(progress.summary(START_MS - STARTED_MS + 10), {
      tookMs: 10,
      waves: 0,
      podsReplaced: 0,
      mostPodsDown: 0,
      zonesDownTogether: 0,
      mostPodsTerminating: 0,
      oneAtATimeMs: undefined,
    });
    progress.waveBegan();
    remove(progress, 3, 'zone-a', 0);
    remove(progress, 0, 'zone-a', 0);
    look(
      10,
      sixPods((ordinal) => (ordinal < 4 ? DOWN : {})),
    );
    look(
      1_000,
      sixPods((ordinal) => (ordinal % 3 === 0 ? updated(ordinal) : {})),
    );
    assert.deepEqual(progress.summary(START_MS - STARTED_MS + 1_000), {
      tookMs: 1_000,
      waves: 1,
      podsReplaced: 2,
      mostPodsDown: 4,
      zonesDownTogether: 3,
      mostPodsTerminating: 0,
      oneAtATimeMs: 2_000,
    });
  });
});
