import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { drainHold } from '../../../plugin/drain/probe-hold.ts';
import { holdRollout } from '../../../plugin/rollout/probe-hold.ts';

/** A Lease that is paused and resumed, and shown by a watch, which may lag. */
function scene() {
  const probe = { failed: 0, requests: 100, lastFailure: '502 Bad Gateway' };
  const lease = { paused: false, version: 9, written: [] as string[], refuses: false, hangs: false };
  const watched = { lags: false, paused: false, version: 9 };
  const seen = () => {
    if (!watched.lags) Object.assign(watched, { paused: lease.paused, version: lease.version });
    return watched;
  };
  const hold = holdRollout({
    probe,
    maxFailures: 2,
    paused: () => seen().paused,
    seenVersion: () => String(seen().version),
    async pause(reason) {
      if (lease.refuses) throw new Error('no connection');
      if (lease.hangs) await new Promise(() => {});
      lease.written.push(reason);
      lease.paused = true;
      lease.version += 1;
      return String(lease.version);
    },
    async unpause() {
      lease.paused = false;
    },
    resumeCommand: 'kubectl zone rollout resume sts/web',
  });
  const look = async () => {
    hold.look();
    await turn();
  };
  return { probe, lease, watched, hold, look };
}

describe('hold of a rollout by probes', () => {
  it('is open as long as no more have failed than may', async () => {
    const { probe, lease, hold, look } = scene();
    probe.failed = 2;
    await look();
    assert.deepEqual([hold.gate().state, lease.written], ['open', []]);
  });

  it('pauses the rollout in its Lease, once, and opens when that is lifted', async () => {
    const { probe, lease, hold, look } = scene();
    probe.failed = 3;
    await look();
    assert.equal(hold.gate().state, 'closed');
    assert.match(
      hold.gate().reason,
      /^paused: 3 of 100 requests failed.*; resume with: kubectl zone rollout resume sts\/web$/,
    );
    probe.failed = 5;
    await look();
    await look();
    assert.equal(lease.written.length, 1);
    lease.paused = false;
    await look();
    assert.equal(hold.gate().state, 'open');
    probe.failed = 7;
    await look();
    assert.equal(hold.gate().state, 'open');
    probe.failed = 8;
    await look();
    assert.deepEqual([hold.gate().state, lease.written.length], ['closed', 2]);
  });

  it('holds by itself while the Lease cannot be written, and tries again', async () => {
    const { probe, lease, hold, look } = scene();
    lease.refuses = true;
    probe.failed = 3;
    await look();
    await look();
    assert.deepEqual([hold.gate().state, lease.paused], ['closed', false]);
    lease.refuses = false;
    await look();
    assert.equal(lease.paused, true);
  });

  it('opens when the pause was lifted before a watch showed it', async () => {
    const { probe, lease, watched, hold, look } = scene();
    watched.lags = true;
    probe.failed = 3;
    await look();
    await look();
    Object.assign(lease, { paused: false, version: lease.version + 1 });
    await look();
    assert.equal(hold.gate().state, 'closed');
    watched.lags = false;
    await look();
    assert.deepEqual([hold.gate().state, lease.written.length], ['open', 1]);
  });

  it('stays when somebody lifts a pause that was older than its own', async () => {
    const { probe, lease, watched, hold, look } = scene();
    lease.paused = true;
    await look();
    watched.lags = true;
    probe.failed = 3;
    await look();
    await look();
    watched.paused = false;
    await look();
    assert.equal(hold.gate().state, 'closed');
    watched.lags = false;
    await look();
    assert.equal(hold.gate().state, 'closed');
  });

  it('takes its pause back when the rollout is done, and leaves it when it is not', async () => {
    for (const [done, paused] of [
      [true, false],
      [false, true],
    ] as const) {
      const { probe, lease, hold } = scene();
      probe.failed = 3;
      hold.look();
      await hold.end(done);
      assert.equal(lease.paused, paused);
    }
  });

  it('does not wait for a write that hangs when the rollout is not done', async () => {
    const { probe, lease, hold } = scene();
    lease.hangs = true;
    probe.failed = 3;
    hold.look();
    await hold.end(false);
    assert.deepEqual([hold.gate().state, lease.paused], ['closed', false]);
  });

  it('writes nothing after the end', async () => {
    const { probe, lease, hold, look } = scene();
    await hold.end(true);
    probe.failed = 3;
    await look();
    assert.deepEqual(lease.written, []);
  });

  it('leaves the pause of somebody else when the rollout is done', async () => {
    const { lease, hold, look } = scene();
    lease.paused = true;
    await look();
    await hold.end(true);
    assert.equal(lease.paused, true);
  });

  it('does not take the end of an earlier pause for its own', async () => {
    const { probe, lease, hold, look } = scene();
    lease.paused = true;
    lease.refuses = true;
    probe.failed = 3;
    await look();
    await look();
    lease.paused = false;
    await look();
    assert.equal(hold.gate().state, 'closed');
  });
});

describe('hold of a drain by probes', () => {
  it('stays once too many have failed', () => {
    const probe = { failed: 2, requests: 40, lastFailure: 'ECONNREFUSED', broken: undefined };
    assert.equal(drainHold(probe, 2), undefined);
    assert.equal(drainHold(probe, undefined), undefined);
    assert.match(
      drainHold({ ...probe, failed: 3 }, 2) ?? '',
      /^paused: 3 of 40 .*ECONNREFUSED; stop the drain/,
    );
  });
});
