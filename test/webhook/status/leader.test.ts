import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ConnectionError } from '../../../shared/kube/kube.ts';
import { type Leader, runLeader } from '../../../webhook/status/leader.ts';
import { silentLog } from '../../../webhook/telemetry/log.ts';
import { type FakeKube, fakeKube } from '../../helpers/fake-kube.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const NAME = 'kubectl-zone-webhook';

describe('leadership', () => {
  const running: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of running.splice(0)) await stop();
  });

  const blind = new Set<string>();
  afterEach(() => blind.clear());

  function replica(
    kube: FakeKube,
    clock: ManualClock,
    identity: string,
  ): { leader: Leader; leads(): number } {
    let leads = 0;
    const leader = runLeader({
      kube,
      namespace: 'default',
      name: NAME,
      identity,
      clock,
      log: silentLog,
      isBlind: () => blind.has(identity),
      onLead() {
        leads += 1;
      },
    });
    running.push(() => leader.stop());
    return { leader, leads: () => leads };
  }

  /** Moves time in small steps, and lets everything that follows from each happen. */
  async function pass(clock: ManualClock, ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      clock.advance(500);
      for (let turns = 0; turns < 10; turns += 1) await turn();
    }
  }

  const holder = (kube: FakeKube) => {
    const spec = kube.get(LEASES, NAME)?.spec as { holderIdentity?: string } | undefined;
    return spec?.holderIdentity;
  };

  it('is of one replica at a time, and it is told', async () => {
    const [kube, clock] = [fakeKube(), manualClock()];
    const first = replica(kube, clock, 'first');
    await pass(clock, 1_000);
    const second = replica(kube, clock, 'second');
    await pass(clock, 60_000);
    assert.deepEqual([first.leader.leads, second.leader.leads], [true, false]);
    assert.ok(first.leads() > 0);
    assert.equal(second.leads(), 0);
    assert.equal(holder(kube), 'first');
  });

  it('passes on when the leader stops, without waiting for the Lease to expire', async () => {
    const [kube, clock] = [fakeKube(), manualClock()];
    const first = replica(kube, clock, 'first');
    await pass(clock, 1_000);
    const second = replica(kube, clock, 'second');
    await pass(clock, 1_000);
    await first.leader.stop();
    assert.equal(first.leader.leads, false);
    await pass(clock, 5_000);
    assert.equal(second.leader.leads, true);
  });

  it('ends in time when the Lease cannot be renewed, and comes back', async () => {
    const [kube, clock] = [fakeKube(), manualClock()];
    const { leader, leads } = replica(kube, clock, 'first');
    await pass(clock, 1_000);
    const before = leads();
    kube.before = () => {
      throw new ConnectionError('no route');
    };
    await pass(clock, 15_000);
    assert.equal(leader.leads, false, 'somebody else may lead by now');
    kube.before = () => {};
    await pass(clock, 20_000);
    assert.equal(leader.leads, true);
    assert.ok(leads() > before, 'what changed meanwhile has to be counted');
  });

  it('gives way when it hears of no changes, to a replica that does', async () => {
    const [kube, clock] = [fakeKube(), manualClock()];
    const first = replica(kube, clock, 'first');
    await pass(clock, 1_000);
    const second = replica(kube, clock, 'second');
    await pass(clock, 1_000);
    blind.add('first');
    await pass(clock, 5_000);
    assert.deepEqual([first.leader.leads, second.leader.leads], [false, true]);
    await pass(clock, 120_000);
    assert.equal(holder(kube), 'second', 'who sees keeps it');
    blind.add('second');
    blind.delete('first');
    await pass(clock, 5_000);
    assert.equal(holder(kube), 'first');
  });

  it('is of a replica that hears of no changes where there is no other', async () => {
    const [kube, clock] = [fakeKube(), manualClock()];
    blind.add('first');
    const first = replica(kube, clock, 'first');
    await pass(clock, 1_000);
    assert.equal(first.leader.leads, true);
    await pass(clock, 62_000);
    assert.equal(first.leader.leads, false, 'for a term, and then it pauses for one that may see');
    await pass(clock, 25_000);
    assert.equal(first.leader.leads, true);
  });

  it('gives way to a holder that took the Lease over', async () => {
    const [kube, clock] = [fakeKube(), manualClock()];
    const { leader } = replica(kube, clock, 'first');
    await pass(clock, 1_000);
    const lease = kube.get(LEASES, NAME);
    assert.ok(lease);
    kube.put(LEASES, { ...lease, spec: { ...(lease.spec as object), holderIdentity: 'other' } });
    await pass(clock, 10_000);
    assert.equal(leader.leads, false);
  });

  it('does not lead after it was stopped for longer than its Lease, not for a moment', async () => {
    const [kube, world] = [fakeKube(), manualClock()];
    let frozen = false;
    const late: (() => void)[] = [];
    const stoppable = {
      ...world,
      schedule: (delayMs: number, run: () => void) =>
        world.schedule(delayMs, () => (frozen ? late.push(run) : run())),
    };
    const first = replica(kube, stoppable, 'first');
    await pass(world, 1_000);
    assert.equal(first.leader.leads, true);
    frozen = true;
    const second = replica(kube, world, 'second');
    await pass(world, 30_000);
    assert.equal(second.leader.leads, true);
    frozen = false;
    assert.equal(first.leader.leads, false, 'before anything has run in it');
    const leads = first.leads();
    for (const run of late.splice(0)) run();
    await pass(world, 60_000);
    assert.deepEqual([first.leader.leads, second.leader.leads], [false, true]);
    assert.equal(first.leads(), leads, 'and begins to lead no more');
  });
});
