import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BudgetStatus } from '../../../shared/budget/decide/types.ts';
import {
  isAheadOf,
  type KnownCluster,
  localViewOf,
  readScales,
  SCALE_PATIENCE_MS,
} from '../../../webhook/admission/local-view.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { budget } from '../../shared/budget/decide/builders.ts';
import { known } from '../helpers/known.ts';

const counted = (pods: string | undefined) =>
  budget({ versions: pods === undefined ? {} : { pods } } as Partial<BudgetStatus>);

describe('counts that are ahead of the API server', () => {
  it('are those that name a version of pods which it has not reached', async () => {
    for (const [pods, list, reached, expected, asked] of [
      ['110', '110', '0', false, 0],
      ['110', '111', '0', false, 0],
      ['110', '99', '110', false, 1],
      ['110', '99', '109', true, 1],
      ['1000', '999', '1001', false, 1],
      [undefined, '99', '0', false, 0],
      ['110', '', '0', false, 0],
    ] as const) {
      let times = 0;
      const ahead = await isAheadOf(counted(pods), list, async () => {
        times += 1;
        return reached;
      });
      assert.deepEqual([ahead, times], [expected, asked], `${pods} ${list} ${reached}`);
    }
  });

  it('cannot be told while pods cannot be listed', async () => {
    const failing = isAheadOf(counted('110'), '99', () => Promise.reject(new Error('no route')));
    await assert.rejects(failing, /no route/);
  });
});

describe('what a replica knows beside the budget', () => {
  it('waits for scales that it does not know, and not for long', async () => {
    const clock = manualClock();
    const slow = Promise.withResolvers<void>();
    const ref = { apiVersion: 'v1', kind: 'Ring', name: 'ring', uid: 'uid', namespace: '' };
    const cluster: KnownCluster = {
      ...known(),
      observe: () => ({ kind: 'ask', refs: [ref] }),
      scales: { refresh: () => slow.promise },
    };
    let isKnown = false;
    const read = readScales([counted('110')], cluster, clock).then(() => {
      isKnown = true;
    });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    clock.advance(SCALE_PATIENCE_MS - 1);
    await turn();
    assert.equal(isKnown, false);
    clock.advance(1);
    await read;
    assert.equal(localViewOf(counted('110'), cluster, 0).observation, undefined);
  });
});
