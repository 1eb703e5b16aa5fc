import assert from 'node:assert/strict';
import { request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LIMITS, listenHttps, type SecureListener } from '../../webhook/server/listen.ts';
import { issueAuthority, issueServer } from '../../webhook/tls/issue.ts';
import { runs } from '../helpers/runs.ts';
import fc from '../helpers/seed.ts';
import { type Harness, harness, review } from './helpers/harness.ts';

const TOKEN = '0123456789abcdef01234567';
/** 5,000 in CI. */
const REQUESTS = runs(500);
const AT_ONCE = 100;
/** One in so many goes over the wire, which takes a handshake. */
const WIRED = 20;
const QUICK = { ...LIMITS, connections: 200, headersMs: 1_000, requestMs: 2_000, handshakeMs: 1_000 };
const LARGEST_GROWTH_BYTES = 64 << 20;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** What is still referenced: the size of the process also has what the client here has left to be collected. */
function liveBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A request as somebody might send it who means harm, or who is broken. */
interface Attack {
  path: string;
  method: string;
  body: string | Uint8Array;
  headers: Record<string, string>;
}

const valid = JSON.stringify(review('ingester-0'));

/** A review with one of its fields, at any depth, replaced or removed. */
const bent = fc
  .tuple(fc.nat(), fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.constant('x'.repeat(70_000))))
  .map(([at, value]) => {
    const whole: unknown = JSON.parse(valid);
    const places: [object, string][] = [];
    const walk = (parent: unknown) => {
      if (typeof parent !== 'object' || parent === null) return;
      for (const [key, child] of Object.entries(parent)) {
        places.push([parent, key]);
        walk(child);
      }
    };
    walk(whole);
    const [parent, key] = places[at % places.length] ?? assert.fail();
    Reflect.set(parent, key, value);
    return JSON.stringify(whole);
  });

const body = fc.oneof(
  { weight: 6, arbitrary: bent },
  { weight: 2, arbitrary: fc.nat(valid.length).map((end) => valid.slice(0, end)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2_000 }) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.constantFrom('['.repeat(60_000), `{"request":${'['.repeat(30_000)}`, valid) },
);

const path = fc.oneof(
  { weight: 5, arbitrary: fc.constant(`/evict/${TOKEN}`) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '/evict',
      '/bind',
      '/evict/',
      `/evict/${TOKEN}x`,
      '/evict/..',
      `//evict/${TOKEN}`,
    ),
  },
  { weight: 1, arbitrary: fc.webPath() },
);

const attack: fc.Arbitrary<Attack> = fc.record({
  path: path.map((text) => (text.startsWith('/') ? text : `/${text}`)),
  method: fc.oneof({ weight: 9, arbitrary: fc.constant('POST') }, fc.constantFrom('PUT', 'DELETE', 'PATCH')),
  body,
  headers: fc.constantFrom<Record<string, string>>(
    {},
    { 'content-type': 'application/json' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-encoding': 'gzip' },
    { expect: '100-continue' },
  ),
});

describe('whoever reaches the port', () => {
  let webhook: Harness;
  let server: SecureListener;

  before(async () => {
    webhook = harness(undefined, TOKEN);
    webhook.api.pod('ingester-0');
    webhook.api.budget('ingester', { maxUnavailable: 0 });
    const authority = await issueAuthority(Date.now(), 3_600_000);
    const pair = await issueServer(authority, ['127.0.0.1'], Date.now(), 3_600_000);
    server = await listenHttps(webhook.app, { host: '127.0.0.1', port: 0 }, pair, { limits: QUICK });
  });
  after(() => server?.close());

  /** Sends it over the wire; resolves with the answer's text, or nothing where the connection ends. */
  function wire({ path, method, body, headers }: Attack): Promise<string> {
    return new Promise((resolve) => {
      const { port } = server;
      const sent = request(
        {
          host: '127.0.0.1',
          port,
          path: encodeURI(path),
          method,
          headers,
          rejectUnauthorized: false,
          agent: false,
        },
        (answer) => {
          let text = '';
          answer.on('data', (chunk) => {
            text += chunk;
          });
          answer.on('close', () => resolve(text));
        },
      );
      sent.on('error', () => resolve(''));
      sent.end(body);
    });
  }

  async function direct({ path, method, body, headers }: Attack): Promise<string> {
    // fetch refuses what a client on the wire may send.
    const { expect: _, ...sendable } = headers;
    return (
      await webhook.send(`http://a.test${path}`, { method, body: body as string, headers: sendable })
    ).text();
  }

  async function assertUnharmed(): Promise<void> {
    const { allowed, code, message } = await webhook.evict('ingester-0');
    assert.deepEqual([allowed, code], [false, 429], message);
    // A busy machine may be slower than the time-outs here: what counts is that it answers.
    let text = '';
    while (text === '') {
      text = await wire({ path: `/evict/${TOKEN}`, method: 'POST', body: valid, headers: {} });
    }
    assert.match(text, /"code":429/);
    assert.deepEqual(
      webhook.api.requests.filter((line) => !line.startsWith('GET')),
      [],
    );
  }

  it(`gets nothing admitted, reserved or broken by ${REQUESTS} requests, in bounded memory`, async () => {
    await assertUnharmed();
    const beforeBytes = liveBytes();
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(attack, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (attacks) => {
        webhook.api.requests.length = 0;
        webhook.verdicts.length = 0;
        webhook.refusals.length = 0;
        const answers = await Promise.all(
          attacks.map((each, index) => (index % WIRED === 0 ? wire(each) : direct(each))),
        );
        sent += answers.length;
        for (const answer of answers) {
          assert.doesNotMatch(answer, /"allowed":true|"patch"/);
          assert.ok(answer.length < 3_000, answer);
        }
        assert.ok(webhook.api.requests.every((line) => line.startsWith('GET')));
      }),
      { numRuns: Math.ceil(REQUESTS / AT_ONCE), interruptAfterTimeLimit: 600_000 },
    );
    assert.ok(sent >= REQUESTS);
    await assertUnharmed();
    assert.ok(liveBytes() - beforeBytes < LARGEST_GROWTH_BYTES);
  });

  it('is cut off when it sends hundreds of megabytes', async () => {
    const beforeBytes = liveBytes();
    const chunk = Buffer.alloc(1 << 20, 'a');
    for (const target of ['/evict', `/evict/${TOKEN}`]) {
      let sentBytes = 0;
      await new Promise<void>((resolve) => {
        const { port } = server;
        const sending = request({
          host: '127.0.0.1',
          port,
          path: target,
          method: 'POST',
          rejectUnauthorized: false,
        });
        const more = () => {
          sentBytes += chunk.length;
          if (!sending.destroyed) sending.write(chunk, (error) => !error && more());
        };
        sending.on('response', (answer) => {
          // A machine that is busy takes longer than the time-out to send so much.
          assert.ok(answer.statusCode === 413 || answer.statusCode === 408, `${answer.statusCode}`);
          answer.resume();
        });
        sending.on('error', () => {});
        sending.on('close', resolve);
        more();
      });
      assert.ok(sentBytes < 200 << 20, `${sentBytes} bytes were taken`);
    }
    await assertUnharmed();
    assert.ok(liveBytes() - beforeBytes < LARGEST_GROWTH_BYTES);
  });

  it('is cut off when it is slow, says nothing, or speaks no TLS or HTTP, and keeps nobody out', async () => {
    const { port } = server;
    const at = { port, host: '127.0.0.1', rejectUnauthorized: false };
    const head = `POST /evict/${TOKEN} HTTP/1.1\r\nhost: a\r\n`;
    const slow = Array.from({ length: QUICK.connections * 2 }, async (_, index) => {
      const plain = index % 5 === 0;
      const socket = plain ? connectPlain(at) : connect(at);
      socket.on('error', () => {});
      socket.resume();
      const closed = new Promise((resolve) => socket.once('close', resolve));
      if (index % 10 === 0) socket.write('nonsense\r\n\r\n');
      if (index % 5 === 1) socket.write(head);
      if (index % 5 === 2) socket.write(`${head}content-length: 100\r\n\r\n{`);
      if (index % 5 === 3) socket.write(`${head}transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n{`);
      await closed;
    });
    await assertUnharmed();
    await Promise.all(slow);
    await assertUnharmed();
  });
});
