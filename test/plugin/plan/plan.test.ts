import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { overrun } from '../../../plugin/plan/overrun.ts';
import { observation, pod } from '../../shared/rollout/decide/builders.ts';
import { cortex, MINUTE_MS, NOTHING_GIVEN, planOf, podOf, surveyOf } from './builders.ts';

const SIX = ['zone-a', 'zone-b', 'zone-c', 'zone-a', 'zone-b', 'zone-c'];

describe('the plan of a rollout', () => {
  it('has every pod, by zone in the order of the rollout', () => {
    const { pods, zones, choices } = planOf(surveyOf(['zone-b', 'zone-a', 'zone-b']));
    assert.equal(pods, 3);
    assert.deepEqual(zones, [
      { zone: 'zone-a', pods: 1 },
      { zone: 'zone-b', pods: 2 },
    ]);
    assert.deepEqual(
      choices.map(({ maxUnavailable, exponentialFactor, waves }) => [
        maxUnavailable,
        exponentialFactor,
        waves,
      ]),
      [
        [1, 2, 3],
        [2, 2, 2],
        [2, 0, 2],
      ],
    );
  });

  it('lets a StatefulSet flush before it starts, and a Deployment meanwhile', () => {
    const durations = (kind: 'statefulset' | 'deployment', flushMs: number) => {
      const survey = surveyOf(SIX, { minReadyMs: 30_000 });
      const workload = { ...survey.workload, kind };
      const { choices } = planOf({ ...survey, workload }, { ...NOTHING_GIVEN, flushMs });
      return choices.map(({ waves, durationMs }) => durationMs / waves / MINUTE_MS);
    };
    // Ready after 90 s, and then 30 s of minReadySeconds.
    assert.deepEqual(durations('statefulset', 10 * MINUTE_MS), [12, 12, 12]);
    assert.deepEqual(durations('deployment', 10 * MINUTE_MS), [10, 10, 10]);
    assert.deepEqual(durations('deployment', MINUTE_MS), [2, 2, 2]);
  });

  it('gives the source of each time', () => {
    const seen = planOf(surveyOf(SIX));
    assert.deepEqual(seen.startTime, { source: 'observed', ms: 90_000, pods: 6 });
    assert.deepEqual([seen.flushTime.source, seen.flushTime.bound], ['grace-period', 'at-most']);

    const flushing = podOf('ingester-9', {
      deletionTimestamp: '2026-01-01T12:30:00Z',
      deletionGracePeriodSeconds: 2400,
    });
    const { flushTime } = planOf(surveyOf(SIX, { pods: [flushing] }));
    assert.deepEqual(
      [flushTime.source, flushTime.bound, flushTime.ms, flushTime.pod],
      ['terminating', 'at-least', 10 * MINUTE_MS, 'ingester-9'],
    );
    const given = planOf(surveyOf(SIX), { ...NOTHING_GIVEN, startMs: 1000, flushMs: 2000 });
    assert.deepEqual([given.startTime.source, given.flushTime.source], ['given', 'given']);
    assert.equal(given.choices[0]?.durationMs, 6 * 3000);
  });

  it('has a single setting if the workload allows one unavailable pod, and says why', () => {
    const ordered = surveyOf(SIX);
    const plan = planOf({ ...ordered, observation: { ...ordered.observation, orderedReady: true } });
    assert.deepEqual([plan.choices.length, plan.choices[0]?.podsDown], [1, 1]);
    assert.match(plan.notes.join(), /OrderedReady recreates pods one by one/);

    const { choices, notes } = planOf(surveyOf(['zone-a', 'zone-a']));
    assert.deepEqual([choices.length, choices[0]?.podsDown], [1, 1]);
    assert.match(notes.join(), /all pods are in one zone: one pod at a time instead of 2/);
  });

  it('treats pods without a zone as one zone, and names their nodes', () => {
    const { zones, choices, notes } = planOf(surveyOf([undefined, undefined]));
    assert.deepEqual(zones, [{ zone: null, pods: 2 }]);
    assert.equal(choices.length, 1);
    assert.match(
      notes.join(),
      /2 pods planned as one zone, .*refuse them: the zone of .* nodes node-0, node-1 have no label topology/,
    );
  });

  it('omits surplus and unscheduled pods', () => {
    const seen = observation(
      [pod(0, 'zone-a'), pod(1, undefined, { node: undefined }), pod(9, 'zone-b', { surplus: true })],
      { replicas: 3, missing: ['ingester-2'] },
    );
    const { pods, notes } = planOf(surveyOf([], { observation: seen }));
    assert.equal(pods, 1);
    assert.deepEqual(notes, ['2 pods of 3 not scheduled: not counted']);
  });

  it('is empty without pods', () => {
    const { pods, zones, choices, store } = planOf(surveyOf([]), cortex(100));
    assert.deepEqual([pods, zones, choices, store], [0, [], [], null]);
  });

  it('warns of a flush that exceeds the grace period', () => {
    const { notes } = planOf(surveyOf(SIX), { ...NOTHING_GIVEN, flushMs: 41 * MINUTE_MS });
    assert.match(notes.join(), /41m 00s is longer than terminationGracePeriodSeconds, 2400/);
  });
});

describe('the store in the plan', () => {
  const THREE = ['zone-a', 'zone-b', 'zone-c'];
  const told = (rate: number | null | undefined) => Number((rate ?? Number.NaN).toPrecision(2));

  it("matches Weaveworks' figures", () => {
    const { store, choices } = planOf(surveyOf(THREE), cortex());
    assert.deepEqual(
      [store?.steadyChunks, store?.steadyWrites, store?.writesPerFlush, store?.allFlushing].map(told),
      [170, 1200, 2300, 8200],
    );
    assert.deepEqual(
      choices.map(({ podsDown, writesPerSecond, safe }) => [podsDown, told(writesPerSecond), safe]),
      [[1, 3500, null]],
    );
    assert.deepEqual([store?.capacity, store?.safePods], [null, null]);
  });

  it('shows what is safe if a capacity is given, with a row for the safe maximum', () => {
    const twelve = [...THREE, ...THREE, ...THREE, ...THREE];
    const { store, choices } = planOf(surveyOf(twelve), cortex(3000));
    assert.equal(store?.safePods, 3);
    assert.deepEqual(
      choices.map(({ maxUnavailable, safe }) => [maxUnavailable, safe]),
      [
        [1, true],
        [2, true],
        [3, true],
        [4, false],
        [4, false],
      ],
    );
    const plenty = planOf(surveyOf(twelve), cortex(1_000_000));
    assert.equal(plenty.store?.safePods, 4);
    assert.equal(overrun(plenty), undefined);
    assert.equal(overrun(planOf(surveyOf(twelve))), undefined);
  });

  it('fails if not even one pod may flush', () => {
    const complaint = (capacity: number) => overrun(planOf(surveyOf(THREE), cortex(capacity)));
    assert.equal(complaint(3500), undefined);
    assert.deepEqual(
      [complaint(3000)?.end, complaint(3000)?.message, complaint(3000)?.fix],
      [
        'failed',
        'no setting is safe: one flushing pod needs 3,500 writes/s, the capacity is 3,000',
        'increase the capacity of the store first, or slow the flush of a pod down to 12m 44s or more',
      ],
    );
    assert.match(complaint(1000)?.message ?? '', /the steady state alone needs 1,167 writes\/s/);
  });
});
