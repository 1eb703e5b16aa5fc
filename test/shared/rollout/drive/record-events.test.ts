import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RolloutEvent, UntimedEvent } from '../../../../shared/rollout/drive/events.ts';
import { recordEvents } from '../../../../shared/rollout/drive/record-events.ts';
import { apiError, fakeKube } from '../../../helpers/fake-kube.ts';
import { manualClock } from '../../../helpers/manual-clock.ts';
import { snapshotOf } from '../../../plugin/views/fixtures/snapshots.ts';

const WORKLOAD = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'mimir', name: 'store', uid: 'u' };

const STARTED: UntimedEvent = {
  type: 'started',
  workload: { kind: 'statefulset', namespace: 'mimir', name: 'store' },
  updateRevision: 'store-2',
  stale: 4,
  total: 6,
  resumed: false,
};
const SUMMARY = {
  ...{ tookMs: 1, waves: 1, podsReplaced: 1, mostPodsDown: 1, mostPodsTerminating: 1, zonesDownTogether: 0 },
  oneAtATimeMs: undefined,
};
const HELD: UntimedEvent = { type: 'waiting', for: 'gate', reason: 'waiting for an alarm', pods: [] };
const EVICTED: UntimedEvent = { type: 'pod-evicted', pod: 'store-1', zone: 'a' };
const GOES_ON: UntimedEvent = {
  type: 'snapshot',
  snapshot: snapshotOf([], { status: { kind: 'disrupting', reason: 'the wave goes on', fix: undefined } }),
};
const finished = (outcome: 'done' | 'stopped' | 'failed', reason: string): UntimedEvent => ({
  type: 'finished',
  outcome,
  reason,
  summary: SUMMARY,
});

function setUp() {
  const kube = fakeKube();
  const clock = manualClock();
  const passedOn: RolloutEvent[] = [];
  let closed = false;
  const inner = {
    report: (event: RolloutEvent) => void passedOn.push(event),
    close: async () => {
      closed = true;
    },
  };
  const reporter = recordEvents(inner, { kube, clock, members: [WORKLOAD], by: 'ann@laptop' });
  const report = (...events: UntimedEvent[]) => {
    for (const event of events) reporter.report({ atMs: clock.nowMs(), ...event } as RolloutEvent);
  };
  const recorded = () =>
    kube.requests.map(({ body }) => {
      const { type, reason, note } = body as { type: string; reason: string; note: string };
      return `${type} ${reason}: ${note}`;
    });
  return { kube, clock, reporter, report, recorded, passedOn, closed: () => closed };
}

describe('Events about a rollout', () => {
  it('tell its course', () => {
    const { report, recorded } = setUp();
    report(
      STARTED,
      EVICTED,
      { type: 'zone-finished', zone: 'a', pods: 2, tookMs: 65_000 },
      HELD,
      EVICTED,
      GOES_ON,
      { type: 'zone-finished', zone: 'b', pods: 2, tookMs: 5_000 },
      finished('done', 'all 6 pods are on the update revision'),
    );
    assert.deepEqual(recorded(), [
      'Normal RolloutStarted: 4 of 6 pods to replace with revision store-2, by ann@laptop',
      'Normal ZoneFinished: a finished: 2 pods in 1m 05s',
      'Warning RolloutWaiting: waiting for an alarm',
      'Normal RolloutResumed: the rollout continues',
      'Normal ZoneFinished: b finished: 2 pods in 5s',
      'Normal RolloutDone: all 6 pods are on the update revision',
    ]);
  });

  it('tell each hold once, also one for another reason', () => {
    const { report, recorded } = setUp();
    report(HELD, HELD, { ...HELD, reason: 'waiting for a freeze' }, EVICTED, GOES_ON, GOES_ON);
    assert.deepEqual(recorded(), [
      'Warning RolloutWaiting: waiting for an alarm',
      'Warning RolloutWaiting: waiting for a freeze',
      'Normal RolloutResumed: the rollout continues',
    ]);
  });

  it('tell that a hold is over while its pods still come back', () => {
    const { report, recorded } = setUp();
    report(HELD, { type: 'waiting', for: 'availability', reason: 'waiting for a', pods: ['store-1'] });
    assert.match(recorded()[1] ?? '', /RolloutResumed/);
  });

  it('are few, whatever the gates do, and the end is always told', () => {
    const { report, recorded } = setUp();
    for (let round = 0; round < 100; round += 1) report(HELD, GOES_ON);
    report(finished('stopped', 'aborted by ann'));
    assert.equal(recorded().length, 11);
    assert.equal(recorded().at(-1), 'Warning RolloutStopped: aborted by ann');
  });

  it('are given up after one notice where they may not be written', async () => {
    const { kube, report, reporter, passedOn } = setUp();
    kube.before = () => {
      throw apiError(403, 'Forbidden');
    };
    report(STARTED, HELD);
    await new Promise((resolve) => setImmediate(resolve));
    report(EVICTED, finished('failed', 'deleted'));
    await reporter.close();
    assert.equal(kube.requests.length, 2);
    assert.deepEqual(
      passedOn.map(({ type }) => type),
      ['started', 'waiting', 'notice', 'pod-evicted', 'finished'],
    );
  });

  it('are silent about every other trouble', async () => {
    const { kube, report, reporter, passedOn } = setUp();
    kube.before = () => {
      throw apiError(500, 'InternalError');
    };
    report(STARTED);
    await reporter.close();
    assert.deepEqual(
      passedOn.map(({ type }) => type),
      ['started'],
    );
  });

  it('are waited for at the end, two seconds at most', async () => {
    const { kube, clock, report, reporter, closed } = setUp();
    kube.before = () => new Promise(() => {});
    report(finished('done', 'done'));
    const closing = reporter.close();
    assert.ok(closed(), 'the reporter itself is closed at once');
    clock.advance(2_000);
    await closing;
  });
});
