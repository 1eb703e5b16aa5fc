import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { preStopMs } from '../../../../plugin/sandbox/controllers/pre-stop.ts';
import type { Pod } from '../../../../plugin/sandbox/controllers/types.ts';
import { manualClock } from '../../../helpers/manual-clock.ts';
import { type Body, withSandbox } from '../client.ts';
import { PODS } from '../objects.ts';

function pod(...preStops: (object | undefined)[]): Pod {
  const containers = preStops.map((preStop, index) => ({
    name: `c${index}`,
    image: 'app:1',
    ...(preStop && { lifecycle: { preStop } }),
  }));
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers }, status: {} };
}

const exec = (...command: string[]) => ({ exec: { command } });

describe('the time of a preStop hook', () => {
  it('is that of a sleep, in whichever way it is written', () => {
    assert.equal(preStopMs(pod({ sleep: { seconds: 40 } })), 40_000);
    assert.equal(preStopMs(pod(exec('sleep', '40'))), 40_000);
    assert.equal(preStopMs(pod(exec('/bin/sleep', '1.5m'))), 90_000);
    assert.equal(preStopMs(pod(exec('/bin/sh', '-c', 'sleep 5; nginx -s quit'))), 5_000);
  });

  it('is nothing without a hook, and for a hook that does something else', () => {
    assert.equal(preStopMs(pod(undefined)), 0);
    assert.equal(preStopMs(pod(exec('nginx', '-s', 'quit'))), 0);
    assert.equal(preStopMs(pod(exec('sleep', 'soundly'))), 0);
    assert.equal(preStopMs(pod({ httpGet: { path: '/' } })), 0);
  });

  it('is the longest of all containers', () => {
    assert.equal(preStopMs(pod({ sleep: { seconds: 3 } }, undefined, exec('sleep', '7'))), 7_000);
  });
});

describe('a pod with a preStop hook', () => {
  const body = (annotations: object, graceS: number) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', annotations: { 'sim.kubectl-zone.dev/start': '0s', ...annotations } },
    spec: { ...pod({ sleep: { seconds: 40 } }).spec, terminationGracePeriodSeconds: graceS },
  });
  const runs = (pods: Body[]) => pods.some(({ status }) => status.phase === 'Running');

  it('stays for the hook and for what it does after SIGTERM', async () => {
    const clock = manualClock();
    await withSandbox({ clock }, async (client) => {
      await client.call('POST', PODS, body({ 'sim.kubectl-zone.dev/flush': '3s' }, 70));
      await clock.scheduled((delayMs) => delayMs === 0);
      clock.advance(0);
      await client.until(PODS, runs);
      await client.call('DELETE', `${PODS}/web`);
      assert.equal(await clock.scheduled((delayMs) => delayMs > 40_000), 43_000);
      clock.advance(43_000);
      await client.until(PODS, (pods) => pods.length === 0);
    });
  });

  it('is killed in its hook when that is longer than its grace period', async () => {
    const clock = manualClock();
    await withSandbox({ clock }, async (client) => {
      await client.call('POST', PODS, body({}, 30));
      await clock.scheduled((delayMs) => delayMs === 0);
      clock.advance(0);
      await client.until(PODS, runs);
      const { body: list } = await client.call('GET', PODS);
      const ends = client.watch(`${PODS}?watch=1&resourceVersion=${list.metadata.resourceVersion}`);
      await client.call('DELETE', `${PODS}/web`);
      await clock.scheduled((delayMs) => delayMs === 30_000);
      clock.advance(30_000);
      for await (const { type, object } of ends) {
        if (type !== 'DELETED') continue;
        assert.equal(object.status.containerStatuses[0].state.terminated.exitCode, 137);
        return;
      }
      assert.fail('the watch ended before the pod did');
    });
  });
});
