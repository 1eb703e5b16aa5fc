import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RESERVATION_LIFETIME_MS } from '../../../shared/budget/decide/reservations.ts';
import { RESERVE_LABEL, RESERVE_PRECONDITION_UID, RESERVED_CODE } from '../../../shared/reserve-only.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { type EvictionShape, harness } from '../helpers/harness.ts';

function reserving(uid: string): EvictionShape {
  const deleteOptions = { preconditions: { uid: RESERVE_PRECONDITION_UID } };
  return { labels: { [RESERVE_LABEL]: uid }, deleteOptions };
}

describe('a reserve-only eviction', () => {
  it('writes the reservation and is denied with a code of its own', async () => {
    const { api, evict } = harness();
    api.budget('ingester', {});
    api.pod('ingester-0');
    const answer = await evict('ingester-0', reserving('uid-ingester-0'));
    assert.deepEqual([answer.allowed, answer.code], [false, RESERVED_CODE]);
    const [reservation] = api.status('ingester').reservations as { uid: string }[];
    assert.equal(reservation?.uid, 'uid-ingester-0');
    api.pod('ingester-1', { node: 'node-b' });
    assert.equal((await evict('ingester-1')).code, 429);
  });

  it('passes /bind as it is, so that it never names a pod', async () => {
    const { api, bind } = harness();
    api.pod('ingester-0');
    const answer = await bind('ingester-0', reserving('uid-ingester-0'));
    assert.deepEqual([answer.allowed, answer.patch, api.requests], [true, undefined, []]);
  });

  it('is denied with 429 where an eviction would be', async () => {
    const { api, evict } = harness();
    api.budget('ingester', {}, { 'zone-a': [3, 0], 'zone-b': [3, 1] });
    api.pod('ingester-0');
    assert.equal((await evict('ingester-0', reserving('uid-ingester-0'))).code, 429);
    assert.equal(api.status('ingester').reservations, undefined);
  });

  it('reserves an unready pod as well, which may become Ready before it is removed', async () => {
    const { api, evict } = harness();
    api.budget('ingester', {}, { 'zone-a': [3, 1] });
    api.pod('ingester-0', { ready: false });
    assert.equal((await evict('ingester-0', reserving('uid-ingester-0'))).code, RESERVED_CODE);
    assert.equal((api.status('ingester').reservations as object[]).length, 1);
  });

  it('reserves an unready pod without a zone in a zone of its own, as it may serve anywhere before it is removed', async () => {
    const { api, evict } = harness();
    api.budget('ingester', {});
    api.pod('ingester-0', { ready: false, node: 'nowhere' });
    assert.equal((await evict('ingester-0', reserving('uid-ingester-0'))).code, RESERVED_CODE);
    const [reservation] = api.status('ingester').reservations as { zone: string }[];
    assert.equal(reservation?.zone, '?ingester-0');
    api.pod('ingester-1', { node: 'node-b' });
    assert.equal((await evict('ingester-1')).code, 429);
    assert.equal((await evict('ingester-0', reserving('uid-ingester-0'))).code, RESERVED_CODE);
  });

  it('finds nothing to reserve where there is no budget, and for a pod that is going', async () => {
    const { api, evict } = harness();
    api.pod('ingester-0', { terminating: true });
    assert.equal((await evict('ingester-0', reserving('uid-ingester-0'))).code, RESERVED_CODE);
    api.budget('ingester', {});
    assert.equal((await evict('ingester-0', reserving('uid-ingester-0'))).code, RESERVED_CODE);
    assert.equal(api.status('ingester').reservations, undefined);
  });

  it('says 404 when the pod is gone, and 409 when another one has its name', async () => {
    const { api, evict } = harness();
    api.budget('ingester', {});
    assert.equal((await evict('ingester-0', reserving('uid-ingester-0'))).code, 404);
    api.pod('ingester-0', { uid: 'another' });
    assert.equal((await evict('ingester-0', reserving('uid-ingester-0'))).code, 409);
  });

  it('renews a reservation although another zone has failed meanwhile', async () => {
    const clock = manualClock();
    const { api, evict } = harness(clock);
    api.budget('ingester', {}, { 'zone-a': [3, 0], 'zone-b': [3, 0] });
    api.pod('ingester-0');
    await evict('ingester-0', reserving('uid-ingester-0'));
    const timeOf = () => (api.status('ingester').reservations as { time: string }[])[0]?.time ?? '';
    const before = timeOf();
    const status = api.status('ingester');
    status.currentUnhealthy = { 'zone-b': 1 };
    clock.advance(RESERVATION_LIFETIME_MS / 2);
    assert.equal((await evict('ingester-0', reserving('uid-ingester-0'))).code, RESERVED_CODE);
    assert.ok(timeOf() > before);
    assert.equal((await evict('ingester-0')).code, 429);
  });

  it('gives dry runs the verdict and writes nothing', async () => {
    const { api, evict } = harness();
    api.budget('ingester', {});
    api.pod('ingester-0');
    const dry = { ...reserving('uid-ingester-0'), dryRun: true };
    assert.equal((await evict('ingester-0', dry)).code, RESERVED_CODE);
    assert.equal(api.status('ingester').reservations, undefined);
  });

  it('is refused when it names no pod, or when it could evict one', async () => {
    const { api, evict } = harness();
    api.pod('ingester-0');
    const wrong = [
      reserving(''),
      { labels: { [RESERVE_LABEL]: 'uid-ingester-0' } },
      { labels: { [RESERVE_LABEL]: 'uid-ingester-0' }, unbound: true },
    ];
    for (const shape of wrong) assert.equal((await evict('ingester-0', shape)).code, 400);
  });
});
