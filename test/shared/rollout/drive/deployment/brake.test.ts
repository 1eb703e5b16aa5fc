import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brake } from '../../../../../shared/rollout/drive/deployment/carry-out.ts';
import { FakeControllers } from './fake-controllers.ts';

const forever = new AbortController().signal;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A Deployment that a step has released. */
function released(): FakeControllers {
  const controllers = new FakeControllers();
  controllers.meddle({ paused: null });
  return controllers;
}

describe('the brake of a Deployment', () => {
  it('is put on again by nobody who may have lost the Lease: another process may have finished', async () => {
    const controllers = released();
    controllers.isHeld = false;
    const braked = brake(controllers.tools, forever);
    await turn();
    controllers.clock.advance(5_000);
    await turn();
    assert.deepEqual(controllers.written, [
      'notice: the Deployment could not be paused, retrying: another process may hold the Lease',
    ]);
    controllers.isHeld = true;
    controllers.clock.advance(1_000);
    await braked;
    assert.deepEqual(controllers.written.slice(1), ['pause', 'notice: the Deployment is paused again']);
  });

  it('is bound to what was read before the Lease was looked at, and read again where that has changed', async () => {
    const controllers = released();
    let writes = 0;
    controllers.before = (what) => {
      if (what === 'pause' && writes++ === 0) controllers.meddle({ minReadySeconds: 1 });
    };
    await brake(controllers.tools, forever);
    assert.deepEqual(controllers.written, ['pause', 'pause']);
    const held = released();
    held.before = (what) => {
      if (what !== 'pause') return;
      held.meddle({ minReadySeconds: 1 });
      held.isHeld = false;
    };
    const ending = new AbortController();
    const never = brake(held.tools, ending.signal);
    await turn();
    assert.equal(held.written.filter((what) => what === 'pause').length, 1);
    ending.abort(new Error('over'));
    await assert.rejects(never, /over/);
  });
});
