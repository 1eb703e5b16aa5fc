import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ApiError, ConnectionError } from '../../../../shared/kube/kube.ts';
import { LeaseLostError } from '../../../../shared/kube/lease.ts';
import type { RolloutEnd } from '../../../../shared/rollout/drive/driver-options.ts';
import { type DriverRun, World } from './driver-world.ts';

/** Lets everything happen that waits for no time. */
async function settle(turns = 12): Promise<void> {
  for (let count = 0; count < turns; count += 1) await turn();
}

/** Replaces what was evicted, and lets time pass, until the rollout has ended. */
async function runOn(world: World, run: DriverRun, rounds = 40): Promise<unknown> {
  let end: unknown;
  void run.ended.then((result) => {
    end = result;
  });
  for (let round = 0; round < rounds && end === undefined; round += 1) {
    await settle(4);
    for (const pod of [...world.pods.values()]) if (pod.terminating) world.create(pod.name);
    world.changed();
    await settle(4);
    world.clock.advance(1_000);
  }
  return end;
}

describe('the driver of a rollout', () => {
  it('replaces a zone after the other', async () => {
    const world = new World(6);
    const run = world.start();
    const end = await runOn(world, run);
    assert.deepEqual(end, { ...(end as object), outcome: 'done' });
    assert.deepEqual(world.sent, ['ing-3', 'ing-0', 'ing-4', 'ing-1', 'ing-5', 'ing-2']);
  });

  it('writes into the Lease that it is held, and that it runs again', async () => {
    const world = new World(6);
    let gate: 'open' | 'closed' = 'closed';
    const run = world.start({ gate: () => gate });
    await settle();
    assert.equal(run.held.length, 1);
    assert.match(run.held[0] ?? '', /waiting for alarm/);
    gate = 'open';
    const end = await runOn(world, run);
    assert.deepEqual(end, { ...(end as object), outcome: 'done' });
    assert.equal(run.held.at(-1), undefined);
    assert.equal(run.held.length, 2);
  });

  it('writes it again where the API server did not answer', async () => {
    const world = new World(6);
    let answers = false;
    const run = world.start({
      gate: () => 'closed',
      note: async () => {
        if (!answers) throw new ConnectionError('no answer');
      },
    });
    await settle();
    assert.deepEqual(run.held, []);
    answers = true;
    world.clock.advance(1_000);
    await settle();
    assert.match(run.held[0] ?? '', /waiting for alarm/);
    run.driver.stop('stopped', 'the test is over');
    await run.ended;
  });

  it('counts a pod whose eviction was carried out but not answered', async () => {
    const world = new World(6);
    let lost = 0;
    const run = world.start({
      answer: async (request) => {
        const answer = world.carryOut(request);
        if (!request.path.endsWith('/eviction') || lost++ > 0) return answer;
        throw new ConnectionError('the connection broke');
      },
    });
    const end = await runOn(world, run);
    assert.deepEqual(end, { ...(end as object), outcome: 'done' });
    assert.equal(run.events.filter(({ type }) => type === 'pod-evicted').length, 6);
    assert.equal((end as RolloutEnd).summary.podsReplaced, 6);
  });

  it('ends at any failure that nobody expected, and sends nothing afterwards', async () => {
    let faults = 0;
    for (let at = 1; ; at += 1) {
      const world = new World(3);
      let calls = 0;
      let failed: { what: string; sent: number } | undefined;
      world.onCall = (what) => {
        calls += 1;
        if (calls !== at) return;
        failed = { what, sent: world.sent.length };
        throw new TypeError(`injected at ${what}`);
      };
      const run = world.start();
      const end = await runOn(world, run);
      if (!failed) break;
      faults += 1;
      const where = `${failed.what}, call ${at}`;
      assert.ok(end instanceof TypeError, `${where}: ended with ${JSON.stringify(end)}`);
      assert.equal(end.message, `injected at ${failed.what}`);
      assert.equal(world.sent.length, failed.sent, `${where}: something was sent afterwards`);
      assert.deepEqual(world.clock.pending(), [], `${where}: a timer is left`);
    }
    assert.ok(faults > 60, `${faults} places`);
  });

  it('settles when it is stopped, whatever fails then and whatever never answers', async () => {
    for (const broken of ['workload', 'report snapshot', 'options']) {
      const world = new World(3);
      const run = world.start({ answer: () => new Promise(() => {}) });
      await settle();
      world.onCall = (what) => {
        if (what === broken) throw new TypeError(broken);
      };
      run.driver.stop('interrupted', 'test');
      await settle();
      world.clock.advance(3_000);
      const end = await run.ended;
      assert.ok(end instanceof TypeError && end.message === broken);
      assert.deepEqual(world.clock.pending(), []);
    }
  });

  it('sends nothing while its memory cannot be stored, and resumes when it can', async () => {
    const world = new World(3);
    let failures = 3;
    const run = world.start({
      async save() {
        failures -= 1;
        if (failures >= 0) throw new ApiError({ code: 500, reason: '', message: 'etcd is away' });
      },
    });
    await settle();
    assert.deepEqual(world.sent, []);
    const end = await runOn(world, run);
    assert.deepEqual(end, { ...(end as object), outcome: 'done' });
    const notices = run.events.filter(({ type }) => type === 'notice');
    assert.equal(notices.length, 1);
  });

  it('stops where somebody else has its Lease', async () => {
    const world = new World(3);
    const run = world.start({ save: () => Promise.reject(new LeaseLostError('prod/lease', 'ann')) });
    const end = await runOn(world, run);
    assert.deepEqual(end, { ...(end as object), outcome: 'stopped' });
    assert.deepEqual(world.sent, []);
  });

  it('does not touch the first zone again while an eviction of an earlier template is under way', async () => {
    const world = new World(6);
    for (const name of ['ing-0', 'ing-3']) world.create(name);
    const answers: (() => void)[] = [];
    const run = world.start({
      options: { maxUnavailable: { kind: 'count', count: 1 } },
      answer: (request) =>
        new Promise((resolve, reject) => {
          answers.push(() => {
            try {
              resolve(world.carryOut(request));
            } catch (error) {
              reject(error);
            }
          });
        }),
    });
    await settle();
    assert.deepEqual(world.sent, ['ing-4']);
    world.revision = 'rev-3';
    world.changed();
    await settle();
    assert.deepEqual(world.sent, ['ing-4'], 'zone-a was touched');
    for (const answer of answers) answer();
    await settle();
    world.create('ing-4');
    world.changed();
    await settle();
    world.clock.advance(1_000);
    await settle();
    assert.equal(world.sent[1], 'ing-3');
    run.driver.stop('interrupted', 'test');
    world.clock.advance(3_000);
    await run.ended;
  });

  it('makes an eviction impossible whose answer was lost and that nobody wants any more', async () => {
    const world = new World(6);
    for (const name of ['ing-0', 'ing-3']) world.create(name);
    let lost = 0;
    const patched: string[] = [];
    const run = world.start({
      async answer(request) {
        if (request.method === 'PATCH') {
          patched.push(request.path.split('/')[6] ?? '');
          return world.carryOut(request);
        }
        lost += 1;
        throw new ConnectionError('reset');
      },
    });
    await settle();
    assert.equal(lost, 1);
    assert.deepEqual(world.sent, ['ing-4']);
    // Turned back: ing-4 is right, and the pods of zone-a are to be replaced.
    world.revision = 'rev-1';
    world.changed();
    await settle();
    assert.deepEqual(patched, ['ing-4']);
    world.changed();
    world.clock.advance(1_000);
    await settle();
    assert.equal(world.sent[1], 'ing-3', 'the rollout does not go on');
    run.driver.stop('interrupted', 'test');
    world.clock.advance(3_000);
    await run.ended;
  });
});
