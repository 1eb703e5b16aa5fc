import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RolloutControls, UndoProposal } from '../../../../../plugin/rollout/reporter.ts';
import {
  type ControlledView,
  pressKey,
  refreshPanel,
} from '../../../../../plugin/views/rollout/control/keys.ts';
import { reduce, type ViewState } from '../../../../../plugin/views/rollout/reducer.ts';
import { stateAfter } from '../../fixtures/frames.tsx';
import { cells, event, snapshotOf, zoneRow } from '../../fixtures/snapshots.ts';

const SNAPSHOT = snapshotOf([zoneRow('zone-a', cells('#~!.', 7)), zoneRow('zone-b', cells('....', 3))]);

/** A view in the middle of a rollout, and controls that only note what was asked of them. */
function opened(start: ViewState = stateAfter([event(0, { type: 'snapshot', snapshot: SNAPSHOT })])) {
  const asked: string[] = [];
  const proposal: UndoProposal = {
    revision: 'ingester-5c8d7f9b6c',
    differences: ['spec.containers[main].image: app:broken → app:v1'],
    confirm: async () => {
      asked.push('confirm');
      return 'turned back';
    },
  };
  let undo: UndoProposal | string = proposal;
  const controls: RolloutControls = {
    async togglePause() {
      asked.push('pause');
      return 'paused';
    },
    async changeMaxUnavailable(by) {
      asked.push(`limit ${by}`);
      return 'changed';
    },
    async planUndo() {
      asked.push('plan');
      return undo;
    },
    explain(pod) {
      asked.push(`explain ${pod}`);
      return [{ about: 'pod', text: `about ${pod}`, holds: true }];
    },
  };
  let state = start;
  const view: ControlledView = {
    get state() {
      return state;
    },
    dispatch: (action) => {
      state = reduce(state, action);
    },
  };
  return {
    asked,
    view,
    controls,
    nothingToUndo: (sentence: string) => {
      undo = sentence;
    },
    /** Presses the keys, with the answers to each awaited before the next. */
    async press(...keys: string[]) {
      for (const key of keys) {
        pressKey(key, view, controls);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return view.state.control;
    },
  };
}

describe('keys of the rollout view', () => {
  it('p, + and - ask for it and show the answer', async () => {
    const { asked, press } = opened();
    assert.equal((await press('p')).answer, 'paused');
    assert.equal((await press('+', '=', '-')).answer, 'changed');
    assert.deepEqual(asked, ['pause', 'limit 1', 'limit 1', 'limit -1']);
  });

  it('u asks first; only y means yes', async () => {
    const { asked, press } = opened();
    assert.equal((await press('u')).panel?.kind, 'undo');
    assert.equal((await press('p', '+', 'enter', 'j', 'u')).panel?.kind, 'undo');
    assert.deepEqual(asked, ['plan']);
    const refused = await press('n');
    assert.deepEqual([refused.panel, refused.answer], [undefined, 'nothing was undone']);
    await press('u', 'escape', 'y');
    assert.deepEqual(asked, ['plan', 'plan']);
    assert.equal((await press('u', 'y')).answer, 'turned back');
    assert.deepEqual(asked.slice(2), ['plan', 'confirm']);
  });

  it('a y that comes before the question answers nothing', async () => {
    const { asked, view, controls, press } = opened();
    pressKey('u', view, controls);
    pressKey('y', view, controls);
    assert.equal((await press()).panel, undefined);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(view.state.control.panel?.kind, 'undo');
    assert.deepEqual(asked, ['plan']);
  });

  it('where there is nothing to undo, it says so and asks nothing', async () => {
    const { press, nothingToUndo } = opened();
    nothingToUndo('no earlier revision');
    const { panel, answer } = await press('u');
    assert.deepEqual([panel, answer], [undefined, 'no earlier revision']);
  });

  it('enter explains the first pod in trouble, or the chosen one, and closes again', async () => {
    const { asked, press } = opened();
    assert.equal((await press('enter')).cursor, 'ingester-5');
    assert.equal((await press('enter')).panel, undefined);
    assert.equal((await press('right', 'enter')).cursor, 'ingester-4');
    assert.deepEqual(asked, ['explain ingester-5', 'explain ingester-4']);
    assert.equal((await press('escape')).panel, undefined);
  });

  it('j, k, up and down walk through the pods that are down, left and right through all', async () => {
    const { press } = opened();
    const walk = async (...keys: string[]) => (await press(...keys)).cursor;
    assert.equal(await walk('j'), 'ingester-5');
    assert.equal(await walk('j'), 'ingester-6');
    assert.equal(await walk('k'), 'ingester-5');
    assert.equal(await walk('up'), 'ingester-6');
    assert.equal(await walk('left', 'left'), 'ingester-0');
    assert.equal(await walk('right'), 'ingester-7');
    assert.equal(await walk('down'), 'ingester-5');
  });

  it('an open explanation follows the cursor and the cluster', async () => {
    const { asked, view, controls, press } = opened();
    await press('enter', 'j');
    refreshPanel(view, controls);
    assert.deepEqual(asked, ['explain ingester-5', 'explain ingester-6', 'explain ingester-6']);
  });

  it('nothing is done any more once it is left', async () => {
    const { asked, view, press } = opened();
    view.dispatch({ type: 'quit' });
    await press('p', '+', 'u', 'enter');
    assert.deepEqual(asked, []);
  });

  it('esc closes the help as well, and then takes the answer away', async () => {
    const { view, press } = opened();
    await press('p');
    view.dispatch({ type: 'toggle-help' });
    await press('escape');
    assert.deepEqual([view.state.help, view.state.control.answer], [false, 'paused']);
    assert.equal((await press('escape')).answer, undefined);
  });
});
