import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPodEnds, type EndedPod } from '../../../../shared/budget/decide/ends.ts';
import { NAMESPACE, pod } from './cluster.ts';

const any = () => true;

describe('the ends of pods', () => {
  it('are noticed when a pod begins to terminate, ends by itself, and is gone', () => {
    const ends = createPodEnds();
    const seen = (atMs: number) => {
      const found: (EndedPod & { atMs?: number })[] = [];
      ends.hasEndedSince(NAMESPACE, atMs, (end) => {
        found.push(end);
        return false;
      });
      return found.map(({ name, isOver }) => `${name} ${isOver}`);
    };
    ends.note('ADDED', pod('a'), undefined, 1);
    ends.note('MODIFIED', pod('a', { available: false }), pod('a'), 2);
    assert.deepEqual(seen(0), []);
    const leaving = pod('a', { terminating: true });
    ends.note('MODIFIED', leaving, pod('a'), 3);
    ends.note('MODIFIED', leaving, leaving, 4);
    assert.deepEqual(seen(0), ['a false']);
    ends.note('DELETED', leaving, leaving, 5);
    ends.note('MODIFIED', pod('b', { terminal: true }), pod('b'), 6);
    assert.deepEqual(seen(5), ['b true', 'a true']);
    assert.deepEqual(seen(7), []);
    assert.equal(ends.hasEndedSince('elsewhere', 0, any), false);
  });

  it('of more pods than are remembered are taken to concern everybody', () => {
    const ends = createPodEnds();
    for (let index = 0; index < 2_000; index += 1) ends.note('DELETED', pod(`p-${index}`), undefined, index);
    assert.equal(
      ends.hasEndedSince(NAMESPACE, 500, () => false),
      true,
    );
    assert.equal(
      ends.hasEndedSince(NAMESPACE, 1_500, () => false),
      false,
    );
  });

  it('that nobody has seen begin when they are noticed first', () => {
    const ends = createPodEnds();
    assert.equal(ends.absentSinceMs('uid', 10), 10);
    assert.equal(ends.absentSinceMs('uid', 20), 10);
  });
});
