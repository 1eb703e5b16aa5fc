import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { choicesLines } from '../../../plugin/plan/choices-lines.ts';
import { formatRate } from '../../../plugin/plan/format.ts';
import { cortex, planOf, podOf, surveyOf } from './builders.ts';

const SIX = ['zone-a', 'zone-b', 'zone-c', 'zone-a', 'zone-b', 'zone-c'];

describe('the lines of a plan', () => {
  it('have the choices, and what their figures come from', () => {
    assert.deepEqual(choicesLines(planOf(surveyOf(SIX))), [
      'statefulset/ingester: 6 pods in 3 zones (zone-a: 2, zone-b: 2, zone-c: 2), all to be replaced',
      'start-up: 1m 30s, as observed on 6 pods, the median, after the old pod has flushed',
      'flush: at most 40m 00s, terminationGracePeriodSeconds; no pod is terminating now, and --flush-time tells better',
      'MAX-UNAVAILABLE   GROWTH                 WAVES   DURATION       PODS DOWN',
      '1                 x2 a wave              6       up to 4h 09m   1',
      '2                 x2 a wave              4       up to 2h 46m   2',
      '2                 a whole zone at once   3       up to 2h 04m   2',
    ]);
  });

  it('have the store, what is safe, and the fastest of that', () => {
    const lines = choicesLines(planOf(surveyOf(SIX), cortex(3000)));
    assert.deepEqual(lines.slice(2), [
      'flush: 10m 00s, as given',
      'store: 1,167 writes/s in steady state (167 chunks/s), 1,167 more for each pod that flushes, 8,167 with all of them at once',
      'MAX-UNAVAILABLE   GROWTH                 WAVES   DURATION   PODS DOWN   WRITES/S   SAFE',
      '1                 x2 a wave              6       1h 09m     1           2,333      yes',
      '2                 x2 a wave              4       46m 00s    2           3,500      no',
      '2                 a whole zone at once   3       34m 30s    2           3,500      no',
      'largest safe concurrency: 1 pod (--max-leaving 1 keeps any rollout to it)',
      'fastest safe choice: --max-unavailable 1, 2,333 of 3,000 writes/s',
    ]);
    const plenty = choicesLines(planOf(surveyOf(SIX), cortex(9000)));
    assert.match(
      plenty.at(-1) ?? '',
      /^fastest safe choice: --max-unavailable 2 --exponential-factor 0, 3,500 of 9,000/,
    );
    const none = choicesLines(planOf(surveyOf(SIX), cortex(1500)));
    assert.ok(!none.some((line) => line.startsWith('largest')));
  });

  it('say what is a lower bound, and when the successor starts', () => {
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
      'flush: at least 2m 00s, for which ingester-3 has been terminating; at most 40m 00s, terminationGracePeriodSeconds',
    );
    assert.match(lines[4] ?? '', /at least 15m 00s/);
  });

  it('say that there is nothing to replace, and what was left out', () => {
    const empty = surveyOf([]);
    const observation = { ...empty.observation, replicas: 2 };
    assert.deepEqual(choicesLines(planOf({ ...empty, observation })), [
      'statefulset/ingester: 0 pods in 0 zones, nothing to replace',
      'note: 2 pods of 2 on no node now: not counted',
    ]);
  });
});

describe('a rate', () => {
  it('has thousands apart, and a decimal where it is small', () => {
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
