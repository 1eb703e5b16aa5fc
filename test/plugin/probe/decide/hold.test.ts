import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describeHold,
  followHold,
  NOTHING_HELD,
  type PauseSeen,
  type ProbeHold,
} from '../../../../plugin/probe/decide/hold.ts';

type Step = { failed: number; pause?: PauseSeen };

function follow(most: number | undefined, steps: readonly Step[]): ProbeHold['state'][] {
  let hold = NOTHING_HELD;
  return steps.map(({ failed, pause = 'unseen' }) => {
    hold = followHold(hold, { failed, most, pause });
    return hold.state;
  });
}

describe('hold by failed requests', () => {
  it('begins with one failure too many, and no time ends it', () => {
    assert.deepEqual(follow(2, [{ failed: 2 }, { failed: 3 }, { failed: 3 }, { failed: 3 }]), [
      'open',
      'due',
      'due',
      'due',
    ]);
    assert.deepEqual(follow(0, [{ failed: 0 }, { failed: 1 }]), ['open', 'due']);
  });

  it('ends when the pause that goes with it is lifted, and then only later failures count', () => {
    const steps: Step[] = [
      { failed: 3 },
      { failed: 5, pause: 'in force' },
      { failed: 6, pause: 'in force' },
      { failed: 6, pause: 'lifted' },
      { failed: 8 },
      { failed: 9 },
    ];
    assert.deepEqual(follow(2, steps), ['due', 'paused', 'paused', 'open', 'open', 'due']);
  });

  it('ends also when nobody saw the pause before it was lifted', () => {
    const steps: Step[] = [{ failed: 3 }, { failed: 3, pause: 'lifted' }, { failed: 5 }, { failed: 6 }];
    assert.deepEqual(follow(2, steps), ['due', 'open', 'open', 'due']);
  });

  it('is not touched by a pause that somebody else makes', () => {
    const steps: Step[] = [{ failed: 1, pause: 'in force' }, { failed: 1, pause: 'lifted' }, { failed: 3 }];
    assert.deepEqual(follow(2, steps), ['open', 'open', 'due']);
  });

  it('never begins without a limit', () =>
    assert.deepEqual(follow(undefined, [{ failed: 9_999 }]), ['open']));

  it('says how many of how many, and what the last one was', () => {
    const facts = { failed: 4, requests: 1210, most: 3, last: '502 Bad Gateway' };
    assert.equal(
      describeHold({ state: 'due', forgiven: 0 }, facts),
      '4 of 1210 requests failed, --max-probe-failures is 3; last failure: 502 Bad Gateway',
    );
    assert.match(describeHold({ state: 'due', forgiven: 1 }, facts), /^3 more failed since it was resumed,/);
  });
});
