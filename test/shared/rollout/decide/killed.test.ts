import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Pod, readPod } from '../../../../shared/kube/objects.ts';
import { decide } from '../../../../shared/rollout/decide/decide.ts';
import { howKilled, howLost } from '../../../../shared/rollout/decide/killed.ts';
import { acceptKilled, rememberKilled } from '../../../../shared/rollout/decide/killed-pods.ts';
import { emptyMemory } from '../../../../shared/rollout/decide/memory.ts';
import { input, OPTIONS, observation, sixPods } from './builders.ts';

const START_MS = Date.parse('2026-01-01T10:00:00Z');
const END_MS = START_MS + 2_400_000;
const at = (ms: number) => new Date(ms).toISOString().replace('.000', '');

/** A pod that was deleted at START_MS with a grace period of 40 minutes. */
function flushing(state: object, change: { status?: object; grace?: number } = {}): Pod {
  const { grace = 2400, status = {} } = change;
  return readPod({
    metadata: {
      ...{ name: 'ingester-0', namespace: 'prod', uid: 'u', resourceVersion: '1' },
      deletionTimestamp: at(START_MS + grace * 1000),
      deletionGracePeriodSeconds: grace,
    },
    spec: { containers: [{ name: 'main', image: 'app' }] },
    status: { containerStatuses: [{ name: 'main', state }], ...status },
  });
}
const RUNNING = { running: { startedAt: at(START_MS - 1_000_000) } };
const ended = (exitCode: number, finishedMs: number | undefined, reason = 'Error') => ({
  terminated: { exitCode, reason, finishedAt: finishedMs === undefined ? null : at(finishedMs) },
});
/** As the deletion leaves it that removes the object. */
const removed = (state: object, status: object = {}) => flushing(state, { grace: 0, status });

describe('a pod that terminates was killed', () => {
  it('when the kubelet writes that SIGKILL ended it at the end of its grace period', () => {
    assert.equal(
      howKilled(flushing(ended(137, END_MS + 1000))),
      'was killed at the end of its grace period of 40m 00s (exit code 137, container main)',
    );
  });

  it('when it was killed before, and says when', () => {
    assert.equal(
      howKilled(flushing(ended(137, START_MS + 60_000))),
      'was killed 1m 00s into its termination (exit code 137, container main)',
    );
    const outOfMemory = howKilled(flushing(ended(137, START_MS + 60_000, 'OOMKilled')));
    assert.match(outOfMemory ?? '', /^ran out of memory while it terminated/);
  });

  it('also when a finalizer keeps it after its grace period was taken away', () => {
    assert.equal(
      howKilled(removed(ended(137, END_MS))),
      'was killed 40m 00s into its termination (exit code 137, container main)',
    );
  });

  it('when that happened to an init container or a sidecar, and not when it happened to a debugger', () => {
    const killed = { name: 'other', state: ended(137, END_MS) };
    const status = { containerStatuses: [{ name: 'main', state: ended(0, END_MS) }] };
    const how = (more: object) => howKilled(flushing(RUNNING, { status: { ...status, ...more } }));
    assert.match(how({ initContainerStatuses: [killed] }) ?? '', /exit code 137, init container other/);
    assert.equal(how({ ephemeralContainerStatuses: [killed] }), undefined);
    const running = { name: 'other', state: RUNNING };
    const lost = (more: object) => {
      const last = removed(RUNNING, { ...status, ...more });
      return howLost(last, flushing(RUNNING), START_MS + 60_000);
    };
    assert.match(
      lost({ initContainerStatuses: [running] }) ?? '',
      /while init container other was still running/,
    );
    assert.equal(lost({ ephemeralContainerStatuses: [running] }), undefined);
  });

  it('when its node does not know how it ended', () => {
    const unknown = howKilled(flushing(ended(137, undefined, 'ContainerStatusUnknown')));
    assert.match(unknown ?? '', /^ended, and its node does not know how/);
  });

  it('unless it ended by itself, or was killed before anybody deleted it, or still runs', () => {
    assert.equal(howKilled(flushing(ended(0, END_MS, 'Completed'))), undefined);
    assert.equal(howKilled(flushing(ended(143, START_MS + 1000))), undefined, 'SIGTERM ended it');
    assert.equal(howKilled(flushing(ended(137, START_MS - 60_000, 'OOMKilled'))), undefined);
    assert.equal(howKilled(flushing(RUNNING)), undefined);
  });
});

describe('a pod whose object has gone', () => {
  it('was killed when its last state says so, though the last deletion has no grace period', () => {
    assert.equal(
      howLost(removed(ended(137, END_MS)), flushing(RUNNING), END_MS),
      'was killed at the end of its grace period of 40m 00s (exit code 137, container main)',
    );
    assert.equal(howLost(removed(ended(0, END_MS)), flushing(RUNNING), END_MS), undefined);
  });

  it('was deleted by force when a container still ran, or was gone at the end of its grace period', () => {
    const still = 'while container main was still running, as last reported by its node';
    assert.equal(
      howLost(removed(RUNNING), flushing(RUNNING), START_MS + 1000),
      `was deleted by force ${still}`,
    );
    assert.equal(
      howLost(removed(RUNNING), flushing(RUNNING), END_MS),
      `was gone at the end of its grace period of 40m 00s ${still}`,
    );
  });

  it('went with its node when the pod garbage collector says so', () => {
    const conditions = [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC' }];
    const how = howLost(removed(RUNNING, { conditions }), flushing(RUNNING), START_MS + 1000);
    assert.match(how ?? '', /^was removed with its node \(DeletionByPodGC\)/);
  });

  it('has lost nothing when no container of it ever ran', () => {
    const waiting = { waiting: { reason: 'ContainerCreating' } };
    assert.equal(howLost(removed(waiting), flushing(waiting), START_MS), undefined);
  });
});

describe('a rollout of pods that flush', () => {
  const options = { ...OPTIONS, flush: true, maxLeaving: 1 };
  const seen = observation(sixPods());
  const how = 'was killed at the end of its grace period of 40m 00s';
  const memory = rememberKilled(emptyMemory('rev-2'), [{ name: 'ingester-3', uid: 'uid-gone', how }], seen);

  it('is blocked while a killed pod is not accepted, at its end, too', () => {
    for (const pods of [sixPods(), sixPods(() => ({ stale: false }))]) {
      const decision = decide(input(observation(pods), { options, memory }));
      assert.equal(decision.kind === 'blocked' && decision.by, 'killed');
      assert.equal(decision.reason, `possible data loss: ingester-3 ${how}`);
    }
  });

  it('goes on when it is, and forgets the pod once its object has gone', () => {
    const accepted = acceptKilled(memory);
    assert.equal(decide(input(seen, { options, memory: accepted })).kind, 'disrupt');
    assert.deepEqual(rememberKilled(accepted, [], seen).killed, []);
    const there = observation(sixPods((ordinal) => (ordinal === 3 ? { uid: 'uid-gone' } : {})));
    assert.equal(rememberKilled(accepted, [], there).killed.length, 1);
  });

  it('is blocked again by the next one', () => {
    const again = rememberKilled(acceptKilled(memory), [{ name: 'ingester-0', uid: 'uid-0', how }], seen);
    assert.equal(decide(input(seen, { options, memory: again })).kind, 'blocked');
  });

  it('alone is: others see their pods killed every day', () => {
    const decision = decide(input(seen, { options: { ...OPTIONS, maxLeaving: 1 }, memory }));
    assert.equal(decision.kind, 'disrupt');
  });
});
