import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { startSandbox } from '../../../plugin/sandbox/sandbox.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { connectTo, withSandbox } from './client.ts';
import { CONFIGMAPS, configMap } from './objects.ts';

describe('the sandbox', () => {
  it('has nodes in the zones that it is told', () =>
    withSandbox({ zones: ['east', 'west'], nodesPerZone: 3 }, async (client) => {
      const { body } = await client.call(
        'GET',
        '/api/v1/nodes?labelSelector=topology.kubernetes.io/zone%3Dwest',
      );
      assert.equal(body.items.length, 3);
    }));

  it('gives the same identities for the same seed', async () => {
    const uids = async (seed: number) => {
      let uid = '';
      await withSandbox({ seed, zones: [] }, async (client) => {
        uid = (await client.call('POST', CONFIGMAPS, configMap('a'))).body.metadata.uid;
      });
      return uid;
    };
    assert.equal(await uids(7), await uids(7));
    assert.notEqual(await uids(7), await uids(8));
  });

  it('speaks HTTP/1.1 too', () =>
    withSandbox({ zones: [] }, async (_client, sandbox) => {
      const config = JSON.parse(sandbox.kubeconfig);
      const outgoing = request(`${sandbox.url}${CONFIGMAPS}`, {
        agent: false,
        ca: Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64'),
        headers: { authorization: `Bearer ${config.users[0].user.token}` },
      });
      outgoing.end();
      const [incoming] = await once(outgoing, 'response');
      assert.equal(incoming.httpVersion, '1.1');
      assert.equal(JSON.parse(await text(incoming)).kind, 'ConfigMapList');
    }));

  it('is healthy without a token, and tells the time of its clock', async () => {
    const clock = manualClock(Date.UTC(2030, 0, 1));
    await withSandbox({ zones: [], clock }, async (client) => {
      const { code, headers } = await client.call('GET', '/readyz');
      assert.deepEqual([code, headers.date], [200, 'Tue, 01 Jan 2030 00:00:00 GMT']);
    });
  });

  it('leaves nothing behind that keeps the process alive', async () => {
    const script = `
      import { startSandbox } from ${JSON.stringify(new URL('../../../plugin/sandbox/sandbox.ts', import.meta.url).href)};
      const sandbox = await startSandbox();
      await sandbox.stop();
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: 'inherit',
      timeout: 60_000,
    });
    assert.deepEqual(await once(child, 'close'), [0, null]);
  });
});

describe('injected faults', () => {
  it('refuse requests as often as told, with Retry-After', () =>
    withSandbox({ zones: [] }, async (client, sandbox) => {
      sandbox.refuse({ method: 'GET', path: /configmaps/, code: 429, count: 2, retryAfterS: 3 });
      assert.equal((await client.call('POST', CONFIGMAPS, configMap('a'))).code, 201);
      const first = await client.call('GET', CONFIGMAPS);
      assert.deepEqual(
        [first.code, first.headers['retry-after'], first.body.reason],
        [429, '3', 'TooManyRequests'],
      );
      assert.equal(first.body.details.retryAfterSeconds, 3);
      assert.equal((await client.call('GET', CONFIGMAPS)).code, 429);
      assert.equal((await client.call('GET', CONFIGMAPS)).code, 200);
      const stop = sandbox.refuse({ code: 500, count: Number.POSITIVE_INFINITY });
      assert.equal((await client.call('GET', CONFIGMAPS)).code, 500);
      stop();
      assert.equal((await client.call('GET', CONFIGMAPS)).code, 200);
    }));

  it('end watches without an error', () =>
    withSandbox({ zones: [] }, async (client, sandbox) => {
      await client.call('POST', CONFIGMAPS, configMap('a'));
      let events = 0;
      for await (const _ of client.watch(`${CONFIGMAPS}?watch=1`)) {
        events += 1;
        sandbox.closeWatches();
      }
      assert.equal(events, 1);
    }));

  it('take the server away and bring it back on its port with everything in it', async () => {
    const sandbox = await startSandbox({ zones: [] });
    const before = connectTo(sandbox);
    try {
      await before.call('POST', CONFIGMAPS, configMap('a'));
      await sandbox.goOffline();
      await assert.rejects(connectTo(sandbox).call('GET', CONFIGMAPS));
      await sandbox.comeBack();
      const after = connectTo(sandbox);
      assert.equal((await after.call('GET', `${CONFIGMAPS}/a`)).code, 200);
      after.close();
    } finally {
      before.close();
      await sandbox.stop();
    }
  });

  it('restart the server after a time of its clock', async () => {
    const clock = manualClock();
    const sandbox = await startSandbox({ zones: [], clock });
    try {
      const back = sandbox.restartAfter(5000);
      await clock.scheduled((delayMs) => delayMs === 5000);
      await assert.rejects(connectTo(sandbox).call('GET', CONFIGMAPS));
      clock.advance(5000);
      await back;
      const after = connectTo(sandbox);
      assert.equal((await after.call('GET', CONFIGMAPS)).code, 200);
      after.close();
    } finally {
      await sandbox.stop();
    }
  });
});
