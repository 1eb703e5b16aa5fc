import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RolloutStatus } from '../../../../shared/rollout/decide/snapshot.ts';
import type { RolloutEvent, UntimedEvent } from '../../../../shared/rollout/drive/events.ts';
import { tellLease } from '../../../../shared/rollout/drive/tell-lease.ts';
import { snapshotOf } from '../../../plugin/views/fixtures/snapshots.ts';

const HELD: UntimedEvent = { type: 'waiting', for: 'gate', reason: 'held by an alarm', pods: [] };
const BACK_SOON: UntimedEvent = { type: 'waiting', for: 'availability', reason: 'waiting for a', pods: [] };
const BLOCKED: UntimedEvent = { type: 'blocked', by: 'two-zones', reason: 'a and b', fix: '', pods: [] };
const EVICTED: UntimedEvent = { type: 'pod-evicted', pod: 'store-1', zone: 'a' };
const WAVE: UntimedEvent = { type: 'wave-begun', wave: 2, zone: 'a', pods: ['store-1'], reason: 'stale' };

function seen(kind: RolloutStatus['kind']): UntimedEvent {
  return { type: 'snapshot', snapshot: snapshotOf([], { status: { kind, reason: '', fix: undefined } }) };
}

/** What the Lease is told while these events are reported; undefined says that the rollout goes on. */
async function toldBy(...events: UntimedEvent[]): Promise<(string | undefined)[]> {
  const told: (string | undefined)[] = [];
  const lock = { noteHeld: async (reason: string | undefined) => void told.push(reason) };
  const reporter = tellLease({ report() {}, close: async () => {} }, lock);
  for (const event of events) reporter.report({ atMs: 0, ...event } as RolloutEvent);
  await reporter.close();
  return told;
}

describe('the Lease of a rollout', () => {
  it('says why it is held, each reason once, and that it goes on', async () => {
    assert.deepEqual(
      await toldBy(HELD, seen('waiting'), HELD, { ...HELD, reason: 'a freeze' }, WAVE, seen('disrupting')),
      ['held by an alarm', 'a freeze', undefined],
    );
    assert.deepEqual(await toldBy(BLOCKED, seen('blocked'), BACK_SOON, seen('waiting')), [
      'a and b',
      undefined,
    ]);
  });

  it('goes on saying so when an eviction is answered that was asked before the gate closed', async () => {
    const events = [seen('disrupting'), HELD, seen('waiting'), EVICTED, seen('waiting')];
    assert.deepEqual(await toldBy(...events), ['held by an alarm']);
  });

  it('says that a wave which was held in its midst goes on', async () => {
    const events = [WAVE, EVICTED, HELD, seen('waiting'), seen('disrupting'), EVICTED];
    assert.deepEqual(await toldBy(...events), ['held by an alarm', undefined]);
  });

  it('holds nobody up when it cannot be written', async () => {
    const passedOn: string[] = [];
    const reporter = tellLease(
      { report: ({ type }) => void passedOn.push(type), close: async () => {} },
      { noteHeld: () => Promise.reject(new Error('no answer')) },
    );
    reporter.report({ atMs: 0, ...HELD } as RolloutEvent);
    reporter.report({ atMs: 0, ...EVICTED } as RolloutEvent);
    await reporter.close();
    assert.deepEqual(passedOn, ['waiting', 'pod-evicted']);
  });
});
