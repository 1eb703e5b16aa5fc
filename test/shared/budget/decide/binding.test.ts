import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outlastsConflict } from '../../../../shared/budget/decide/binding.ts';

const POD = { uid: 'uid-1', available: true };

describe('a read outlasts a conflict', () => {
  it('when it shows the available pod to which the eviction is bound', () => {
    assert.equal(outlastsConflict(POD, { uid: 'uid-1' }), true);
  });

  it('and in no other case', () => {
    assert.equal(outlastsConflict(undefined, { uid: 'uid-1' }), false, 'it may exist by now');
    assert.equal(outlastsConflict(POD, {}), false, 'the name may belong to another pod by now');
    assert.equal(outlastsConflict(POD, { uid: 'uid-2' }), false);
    assert.equal(
      outlastsConflict({ ...POD, available: false }, { uid: 'uid-1' }),
      false,
      'it may serve by now',
    );
    assert.equal(outlastsConflict(POD, { uid: 'uid-1', resourceVersion: '7' }), false, 'it may have changed');
  });
});
