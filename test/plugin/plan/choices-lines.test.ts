import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { choicesLines } from '../../../plugin/plan/choices-lines.ts';
import { formatRate } from '../../../plugin/plan/format.ts';
import { cortex, planOf, podOf, surveyOf } from './builders.ts';

const SIX = ['zone-a', 'zone-b', 'zone-c', 'zone-a', 'zone-b', 'zone-c'];

describe('the lines of a plan', () => {
  it('show the settings, and the source of each figure', () => {
    assert.deepEqual(choicesLines(planOf(surveyOf(SIX))), [
      'statefulset/ingester: 6 pods in 3 zones (zone-a: 2, zone-b: 2, zone-c: 2), all to be replaced',
      'start-up: 1m 30s, median of 6 pods, after the old pod has flushed',
      'flush: at most 40m 00s, terminationGracePeriodSeconds; no pod is terminating now; set it with --flush-time',
      'MAX-UNAVAILABLE   GROWTH              WAVES   DURATION       PODS DOWN',
      '1                 x2 per wave         6       up to 4h 09m   1',
      '2                 x2 per wave         4       up to 2h 46m   2',
      '2                 full zone at once   3       up to 2h 04m   2',
    ]);
  });

  it('show the store, what is safe, and the fastest safe setting', () => {
    const lines = choicesLines(planOf(surveyOf(SIX), cortex(3000)));
    assert.deepEqual(lines.slice(2), [
      'flush: 10m 00s, from --flush-time',
      'store: 1,167 writes/s in steady state (167 chunks/s), 1,167 more for each pod that flushes, 8,167 with all of them at once',
      'MAX-UNAVAILABLE   GROWTH              WAVES   DURATION   PODS DOWN   WRITES/S   SAFE',
      '1                 x2 per wave         6       1h 09m     1           2,333      yes',
      '2                 x2 per wave         4       46m 00s    2           3,500      no',
      '2                 full zone at once   3       34m 30s    2           3,500      no',
      'largest safe concurrency: 1 pod (enforce it with --max-leaving 1)',
      'fastest safe setting: --max-unavailable 1, 2,333 of 3,000 writes/s',
    ]);
    const plenty = choicesLines(planOf(surveyOf(SIX), cortex(9000)));
    assert.match(
      plenty.at(-1) ?? '',
      /^fastest safe setting: --max-unavailable 2 --exponential-factor 0, 3,500 of 9,000/,
    );
    const none = choicesLines(planOf(surveyOf(SIX), cortex(1500)));
    assert.ok(!none.some((line) => line.startsWith('largest')));
  });

  it('mark lower bounds, and show when the successor starts', () => {
    const leaving = podOf('ingester-3', {
      deletionTimestamp: '2026-01-01T12:38:00Z',
      deletionGracePeriodSeconds: 2400,
    });
    const survey = surveyOf(SIX, { pods: [leaving], minReadyMs: 60_000 });
    const workload = { ...survey.workload, kind: 'deployment' } as const;
    const lines = choicesLines(planOf({ ...survey, workload }));
    assert.match(lines[1] ?? '', /then 1m 00s of minReadySeconds, while the old pod flushes$/);
    assert.equal(
      lines[2],
      'flush: at least 2m 00s, as ingester-3 has been terminating that long; at most 40m 00s, terminationGracePeriodSeconds',
    );
    assert.match(lines[4] ?? '', /at least 15m 00s/);
  });

  it('report that there is nothing to replace, and what is not counted', () => {
    const empty = surveyOf([]);
    const observation = { ...empty.observation, replicas: 2 };
    assert.deepEqual(choicesLines(planOf({ ...empty, observation })), [
      'statefulset/ingester: 0 pods in 0 zones, nothing to replace',
      'note: 2 pods of 2 not scheduled: not counted',
    ]);
  });
});

describe('a rate', () => {
  it('has thousands separators, and a decimal if it is small', () => {
    assert.deepEqual([8166.7, 999.5, 10, 9.96, 2.34, 0].map(formatRate), [
      '8,167',
      '1,000',
      '10',
      '10',
      '2.3',
      '0',
    ]);
  });
});
