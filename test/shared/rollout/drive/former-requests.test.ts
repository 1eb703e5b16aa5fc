import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLease } from '../../../../shared/kube/objects.ts';
import { emptyMemory } from '../../../../shared/rollout/decide/memory.ts';
import { encodeMemory } from '../../../../shared/rollout/decide/memory-text.ts';
import { ANNOTATION } from '../../../../shared/rollout/drive/annotations.ts';
import { formerRequests, noteFormerRequests } from '../../../../shared/rollout/drive/former-requests.ts';

const ROLLOUT = 'anna@laptop/7/39bgy4y2w';
const DRAIN = 'bert@desk/8/drain-9wszus';
const US = 'carl@ci/9/x';

const lease = (holderIdentity: string, annotations: Record<string, string> = {}) =>
  readLease({ metadata: { name: 'lease', namespace: 'prod', annotations }, spec: { holderIdentity } });
const memory = (...uids: string[]) => {
  const inFlight = uids.map((uid) => ({ name: uid, uid, counted: true }));
  return { [ANNOTATION.memory]: encodeMemory({ ...emptyMemory('rev'), inFlight }) };
};
const found = (
  holder: string,
  annotations: Record<string, string>,
  purpose: 'rollout' | 'drain',
  kind = 'statefulset',
) => formerRequests(lease(holder, annotations), { identity: US, purpose, kind });

describe('what an earlier holder of a Lease may have under way', () => {
  it('is nothing where the Lease was released, or is our own', () => {
    for (const holder of ['', US]) assert.equal(found(holder, {}, 'drain'), undefined);
  });

  it('is anything where a drain died, or somebody of whom nothing is known', () => {
    for (const holder of [DRAIN, 'somebody']) {
      for (const purpose of ['rollout', 'drain'] as const) {
        assert.deepEqual(found(holder, memory('a'), purpose), { kind: 'any', by: holder });
      }
    }
  });

  it('is what a rollout has named, whether it died or not; the next rollout knows that by itself', () => {
    const named = { kind: 'named', by: ROLLOUT, uids: ['a', 'b'] };
    assert.deepEqual(found(ROLLOUT, memory('a', 'b'), 'drain'), named);
    assert.deepEqual(found('', memory('a', 'b'), 'drain'), { ...named, by: 'the last rollout' });
    assert.equal(found(ROLLOUT, memory('a', 'b'), 'rollout'), undefined);
    assert.equal(found('', memory(), 'drain'), undefined);
    const unread = { [ANNOTATION.memory]: 'of another version' };
    assert.deepEqual(found(ROLLOUT, unread, 'drain'), { kind: 'any', by: ROLLOUT });
  });

  it('is not bound to pods where a rollout of a Deployment died', () => {
    assert.deepEqual(found(ROLLOUT, {}, 'drain', 'deployment'), { kind: 'unbound', by: ROLLOUT });
    const noted = { [ANNOTATION.unsettled]: ROLLOUT };
    assert.deepEqual(found(DRAIN, noted, 'drain', 'deployment'), { kind: 'unbound', by: ROLLOUT });
    assert.deepEqual(found(DRAIN, {}, 'drain', 'deployment'), { kind: 'any', by: DRAIN });
  });

  it('is anything where a rollout of a Deployment died before another one', () => {
    assert.deepEqual(found(ROLLOUT, {}, 'rollout', 'deployment'), { kind: 'any', by: ROLLOUT });
    assert.equal(found('', {}, 'rollout', 'deployment'), undefined);
  });

  it('is what was noted, until somebody notes that it has ended', () => {
    const noted = noteFormerRequests({ kind: 'any', by: DRAIN });
    assert.deepEqual(noted, { [ANNOTATION.unsettled]: DRAIN });
    for (const holder of ['', US, ROLLOUT]) {
      const left = found(holder, { [ANNOTATION.unsettled]: DRAIN }, 'rollout');
      assert.deepEqual(left, { kind: 'any', by: DRAIN });
    }
    assert.deepEqual(noteFormerRequests({ kind: 'named', by: ROLLOUT, uids: ['a'] }), {});
  });
});
