import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { httpGate } from '../../../shared/gates/http.ts';
import { watchGates } from '../../../shared/gates/watch.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { type LocalServer, startLocalServer } from './local-server.ts';

describe('an address as a gate', () => {
  let server: LocalServer;
  let handle: (response: ServerResponse) => void;
  const never = new AbortController().signal;
  beforeEach(async () => {
    server = await startLocalServer((_, response) => handle(response));
  });
  afterEach(() => server.close());

  async function check() {
    const [state = assert.fail()] = await httpGate(new URL(`${server.url}/gate?token=secret`)).check(never);
    return state;
  }

  for (const code of [200, 204, 299]) {
    it(`is open with ${code}`, async () => {
      handle = (response) => response.writeHead(code, 'Fine').end('whatever');
      assert.deepEqual(await check(), {
        name: `gate ${server.url}/gate`,
        state: 'open',
        reason: `${code} Fine`,
      });
      assert.equal(server.requests[0]?.url.search, '?token=secret');
    });
  }

  it('does not wait for the end of a body that it does not need', async () => {
    handle = (response) => response.writeHead(200).flushHeaders();
    assert.equal((await check()).state, 'open');
  });

  it('is closed with every other answer, and says its first line', async () => {
    for (const code of [400, 401, 404, 429, 500, 503]) {
      handle = (response) => response.writeHead(code, 'No').end('\n\n freeze until\u001b[31m Monday\nmore');
      assert.deepEqual(await check(), {
        name: `gate ${server.url}/gate`,
        state: 'closed',
        reason: `${code} No: freeze until Monday`,
      });
    }
  });

  it('is closed with a redirect, which is not followed', async () => {
    handle = (response) => response.writeHead(302, { location: '/login' }).end('moved');
    assert.equal((await check()).reason, '302 Found: redirects to /login');
    assert.equal((await check()).state, 'closed');
    assert.equal(server.requests.length, 2);
  });

  it('reads no more of a body than it shows', async () => {
    handle = (response) => {
      response.writeHead(503).write('x'.repeat(1_000_000));
    };
    const { state, reason } = await check();
    assert.equal(state, 'closed');
    assert.ok(reason.length < 200, reason);
  });

  it('is not known when there is no answer, with the reason of the network', async () => {
    await server.close();
    await assert.rejects(check(), /ECONNREFUSED/);
  });

  it('is not known when the connection breaks', async () => {
    handle = (response) => response.destroy();
    await assert.rejects(check(), /other side closed|socket hang up|ECONNRESET/);
  });

  it('is given up with the reason of the signal', async () => {
    const control = new AbortController();
    const reason = new Error('no answer within 10s');
    handle = () => control.abort(reason);
    const checked = httpGate(new URL(server.url)).check(control.signal);
    await assert.rejects(checked, (error) => error === reason);
  });

  it('is unknown when the answer takes too long, and opens when it comes again', async () => {
    const closed = Promise.withResolvers<void>();
    handle = (response) => response.end();
    const clock = manualClock();
    const watch = watchGates([httpGate(new URL(server.url))], { clock, random: () => 0 });
    const control = new AbortController();
    await watch.start(control.signal);
    handle = (response) => response.on('close', closed.resolve);
    clock.advance(6_000);
    await server.received(2);
    clock.advance(10_000);
    await closed.promise;
    assert.deepEqual(watch.states(), [
      {
        name: `gate ${server.url}`,
        state: 'unknown',
        reason: `no answer from ${server.url} for 15s: no answer within 10s`,
      },
    ]);
    handle = (response) => response.end();
    await clock.scheduled((delayMs) => delayMs === 500);
    const opening = new Promise<void>((resolve) => watch.onChange(resolve));
    clock.advance(500);
    await opening;
    assert.equal(watch.states()[0]?.state, 'open');
    control.abort();
  });
});
