import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type RemovablePod, UnansweredRemovals } from '../../../../shared/removals/decide/unanswered.ts';

const pod = (change: Partial<RemovablePod> = {}): RemovablePod => ({
  uid: 'uid-1',
  resourceVersion: '7',
  terminating: false,
  marked: false,
  ...change,
});

describe('a removal whose answer was lost', () => {
  let removals: UnansweredRemovals;
  const open = (pods: readonly RemovablePod[], nowMs = 0) => {
    removals.look(pods, nowMs);
    return removals.has('uid-1');
  };

  beforeEach(() => {
    removals = new UnansweredRemovals();
    removals.add('uid-1', '7');
  });

  it('may still be carried out while the pod is as it was', () => {
    assert.equal(open([pod()]), true);
  });

  it('has happened when the pod is terminating or gone', () => {
    assert.equal(open([pod({ terminating: true })]), false);
    removals.add('uid-1', '7');
    assert.equal(open([pod({ uid: 'uid-2' })]), false);
  });

  it('is impossible once the pod has another version, unless that is the mark of an eviction', () => {
    assert.equal(open([pod({ resourceVersion: '8', marked: true })]), true);
    assert.equal(open([pod({ resourceVersion: '9' })]), false);
  });

  it('is never impossible when it was bound to no version', () => {
    removals.add('uid-1', undefined);
    assert.equal(open([pod({ resourceVersion: '9' })]), true);
  });

  it('ends with the time given to it, which is told once it can be', () => {
    removals.endBy('uid-1', 90_000);
    removals.endBy('uid-1', 120_000);
    assert.equal(removals.look([pod()], 0), 90_000);
    assert.equal(open([pod()], 89_999), true);
    assert.equal(open([pod({ marked: true })], 90_000), true, 'it is being carried out');
    assert.equal(open([pod()], 90_001), false);
  });

  it('of another process is bound to what is seen first, or to something older', () => {
    removals = new UnansweredRemovals();
    removals.suspect(['uid-1', 'uid-9']);
    assert.equal(open([pod()]), true);
    assert.equal(removals.has('uid-9'), false, 'a pod that is gone');
    assert.equal(open([pod({ resourceVersion: '8' })]), false);
  });
});
