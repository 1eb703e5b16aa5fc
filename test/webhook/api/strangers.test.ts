import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBodyReader } from '../../../webhook/server/body.ts';
import { harness, review } from '../helpers/harness.ts';

const TOKEN = '0123456789abcdef01234567';

describe('requests without the token', () => {
  for (const path of ['/evict', '/bind', '/evict/wrong', `/evict/${TOKEN.slice(1)}`, `/bind/${TOKEN}0`]) {
    it(`are denied at ${path}, with nothing read, reserved or told`, async () => {
      const { api, send, verdicts, refusals } = harness(undefined, TOKEN);
      api.pod('ingester-0');
      api.budget('ingester', {});
      const response = await send(path, { method: 'POST', body: JSON.stringify(review('ingester-0')) });
      const { response: answer } = (await response.json()) as { response: Record<string, unknown> };
      assert.equal(answer.uid, 'review-ingester-0');
      assert.equal(answer.allowed, false);
      assert.equal((answer.status as { code: number }).code, 429);
      assert.equal(answer.patch, undefined);
      assert.equal(response.headers.get('connection'), 'close');
      assert.deepEqual([api.requests, verdicts, refusals], [[], [], ['stranger']]);
    });
  }

  it('are read up to 64 KiB', async () => {
    const { send, refusals } = harness(undefined, TOKEN);
    const body = `${JSON.stringify(review('ingester-0'))}${' '.repeat(64 << 10)}`;
    assert.equal((await send('/evict', { method: 'POST', body })).status, 413);
    assert.deepEqual(refusals, ['too-large']);
  });

  it('are answered as before with the token', async () => {
    const { api, evict, bind, verdicts } = harness(undefined, TOKEN);
    api.pod('ingester-0');
    await evict('ingester-0');
    assert.equal(verdicts.length, 1);
    assert.ok((await bind('ingester-0')).patch);
  });

  it('are no more than a few at the same time, and take no room from those with it', async () => {
    const { api, send, evict, refusals, verdicts } = harness(undefined, TOKEN);
    api.pod('ingester-0');
    const open: (() => void)[] = [];
    const slow = () =>
      new ReadableStream<Uint8Array>({ start: (controller) => void open.push(() => controller.close()) });
    const post = () => send('/evict', { method: 'POST', body: slow(), duplex: 'half' } as RequestInit);
    const waiting = Array.from({ length: 16 }, post);
    assert.equal((await post()).status, 503);
    await evict('ingester-0');
    assert.equal(verdicts.length, 1);
    for (const close of open) close();
    for (const response of waiting) assert.equal((await response).status, 400);
    assert.deepEqual(new Set(refusals), new Set(['busy', 'malformed']));
  });
});

describe('bodies', () => {
  it('are not read when they say that they are too large', async () => {
    const { send } = harness();
    let read = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          read += 1;
          controller.enqueue(new Uint8Array(1 << 10));
        },
      },
      { highWaterMark: 0 },
    );
    const headers = { 'content-length': String((3 << 20) + 1) };
    const response = await send('/evict', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
    assert.deepEqual([response.status, read], [413, 0]);
  });

  it('are given up at 3 MiB when they do not say their length', async () => {
    const { send } = harness();
    let readBytes = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        readBytes += 1 << 20;
        controller.enqueue(new Uint8Array(1 << 20));
      },
    });
    const response = await send('/evict', { method: 'POST', body, duplex: 'half' } as RequestInit);
    assert.equal(response.status, 413);
    assert.ok(readBytes <= 5 << 20);
  });

  it('share a bound while they are read', async () => {
    const bodies = createBodyReader(1_000);
    const request = (body: string | ReadableStream<Uint8Array>) =>
      new Request('https://a.test', { method: 'POST', body, duplex: 'half' } as RequestInit);
    let end = () => {};
    const slow = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(600));
        end = () => controller.close();
      },
    });
    const first = bodies.read(request(slow), 1_000, (text) => text.length);
    await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(
      bodies.read(request('x'.repeat(600)), 1_000, () => 0),
      /at the same time/,
    );
    end();
    assert.equal(await first, 600);
    assert.equal(await bodies.read(request('x'.repeat(1_000)), 1_000, (text) => text.length), 1_000);
  });

  for (const [what, change] of Object.entries({
    'a path in the name': { name: '../../secrets/x' },
    'a name of any length': { name: 'a'.repeat(300) },
    'a namespace that is none': { namespace: 'a/b' },
    'a dry run of numbers': {
      object: { deleteOptions: { dryRun: Array.from({ length: 50_000 }, () => 1) } },
    },
  })) {
    it(`with ${what} are refused in few words`, async () => {
      const { post } = harness();
      const asked = review('ingester-0') as { request: object };
      const response = await post(
        '/evict',
        JSON.stringify({ ...asked, request: { ...asked.request, ...change } }),
      );
      assert.equal(response.status, 400);
      assert.ok((await response.text()).length < 700);
    });
  }
});
