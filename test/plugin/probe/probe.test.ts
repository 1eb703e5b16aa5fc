import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Answer, ProbeClient } from '../../../plugin/probe/client.ts';
import type { ProbeRequest } from '../../../plugin/probe/options.ts';
import { MOST_UNDER_WAY, Probe } from '../../../plugin/probe/probe.ts';
import type { ProbeNews } from '../../../shared/drive/probe-news.ts';
import { UserError } from '../../../shared/errors.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import { startWeb, type Web } from './web.ts';

const REQUEST: ProbeRequest = {
  urls: [new URL('http://shop.test/')],
  intervalMs: 100,
  timeoutMs: 10_000,
  expected: { codes: new Set(), classes: new Set([2, 3]) },
  maxFailures: undefined,
};
const GOOD: Answer = { code: 200, statusLine: '200 OK', broken: undefined };
const BAD: Answer = { code: 502, statusLine: '502 Bad Gateway', broken: undefined };

/** Answers that the test gives one by one, or at once where it says how. */
class Desk implements ProbeClient {
  asked = 0;
  closed = false;
  waiting: ((answer: Answer) => void)[] = [];
  atOnce: Answer | undefined = GOOD;

  ask(): Promise<Answer> {
    this.asked += 1;
    if (this.atOnce) return Promise.resolve(this.atOnce);
    return new Promise((resolve) => this.waiting.push(resolve));
  }
  close(): void {
    this.closed = true;
  }
}

describe('probe', () => {
  let clock: ManualClock;
  let desk: Desk;
  let pods: string[];
  let news: (ProbeNews & { atMs: number })[];
  const { signal } = new AbortController();

  beforeEach(() => {
    clock = manualClock();
    desk = new Desk();
    pods = [];
    news = [];
  });

  const probeOf = (request: Partial<ProbeRequest> = {}) =>
    new Probe({ request: { ...REQUEST, ...request }, clock, replaced: () => pods, client: () => desk });
  const started = async (request: Partial<ProbeRequest> = {}) => {
    const probe = probeOf(request);
    await probe.start(signal);
    probe.listen((each) => news.push(each));
    return probe;
  };
  const failures = () => news.filter((each) => each.type === 'probe-failed');

  it('sends two requests each interval, whether or not the last ones were answered', async () => {
    const probe = await started();
    desk.atOnce = undefined;
    const before = desk.asked;
    clock.advance(1_000);
    assert.equal(desk.asked - before, 20);
    for (const answer of desk.waiting.splice(0)) answer(GOOD);
    const { requests, failed } = await probe.end();
    // Two of the start, two with which the rhythm begins.
    assert.deepEqual([requests, failed], [24, 0]);
  });

  it('keeps its rhythm and its figures when the clock is set, and reports times by the clock as it is set', async () => {
    const probe = await started();
    desk.atOnce = undefined;
    clock.setWall(-3_600_000);
    clock.advance(100);
    assert.equal(desk.waiting.length, 2);
    clock.advance(30);
    for (const answer of desk.waiting.splice(0)) answer(BAD);
    await turn();
    const [failed] = failures();
    assert.ok(failed?.type === 'probe-failed');
    assert.deepEqual([failed.tookMs, failed.atMs], [30, clock.nowMs()]);
    await probe.end();
  });

  it('measures from the moment a request was due', async () => {
    const probe = await started();
    await turn();
    desk.atOnce = undefined;
    clock.advance(100);
    clock.advance(730);
    for (const answer of desk.waiting.splice(0)) answer(GOOD);
    assert.equal((await probe.end()).slowestMs, 730);
  });

  it('tells each failure with its reason and the pods that were out meanwhile', async () => {
    const probe = await started();
    desk.atOnce = undefined;
    pods = ['web-2'];
    clock.advance(100);
    pods = ['web-1'];
    clock.advance(50);
    for (const answer of desk.waiting.splice(0)) answer(BAD);
    await turn();
    const [first, second] = failures();
    assert.equal(failures().length, 2);
    assert.deepEqual([first?.connection, second?.connection], ['kept-alive', 'fresh']);
    assert.deepEqual([first?.code, first?.reason, first?.tookMs], [502, '502 Bad Gateway', 50]);
    assert.deepEqual(first?.pods, ['web-2', 'web-1']);
    assert.equal(probe.lastFailure, '502 Bad Gateway');
    await probe.end();
  });

  it('gives up after the time-out, and goes on asking', async () => {
    const probe = await started({ timeoutMs: 300 });
    desk.atOnce = undefined;
    clock.advance(400);
    await turn();
    assert.deepEqual(
      failures().map(({ reason, code }) => [reason, code]),
      [
        ['no complete answer within 0.3s', undefined],
        ['no complete answer within 0.3s', undefined],
      ],
    );
    await ended(probe);
  });

  it('counts as failed what goes beyond the requests that may be under way', async () => {
    const probe = await started({ intervalMs: 10, timeoutMs: 600_000 });
    desk.atOnce = undefined;
    const before = desk.asked;
    clock.advance(10 * (MOST_UNDER_WAY / 2 + 1));
    await turn();
    assert.equal(desk.asked - before, MOST_UNDER_WAY);
    assert.equal(failures().length, 2);
    assert.match(failures()[0]?.reason ?? '', /^not sent: 256 requests wait/);
    await ended(probe);
  });

  it('tells a sample of each second', async () => {
    const probe = await started();
    await turn();
    clock.advance(950);
    await turn();
    clock.advance(50);
    const samples = news.filter((each) => each.type === 'probes');
    assert.deepEqual(
      samples.map(({ forMs, requests, failed }) => [forMs, requests, failed]),
      // The two of the start, two for each tenth of a second from 0 to 0.9.
      [[1_000, 22, 0]],
    );
    await probe.end();
  });

  it('refuses an address of which none of the first requests is answered well', async () => {
    desk.atOnce = BAD;
    await assert.rejects(probeOf().start(signal), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.message, '--probe: http://shop.test: 502 Bad Gateway');
      assert.match(error.fix ?? '', /nothing was changed/);
      return true;
    });
    assert.deepEqual([clock.pending(), desk.closed, desk.asked], [[], true, 2]);
  });

  it('leaves no timer and asks nothing more after its end, or when the run is over', async () => {
    const probe = await started();
    await probe.end();
    assert.deepEqual([clock.pending(), desk.closed], [[], true]);
    const before = desk.asked;
    clock.advance(60_000);
    assert.equal(desk.asked, before);

    const over = new AbortController();
    const other = probeOf();
    await other.start(over.signal);
    desk.atOnce = undefined;
    clock.advance(100);
    over.abort(new Error('over'));
    await turn();
    assert.deepEqual(clock.pending(), []);
  });

  it('ends at once with the signal while the first answers are awaited', async () => {
    desk.atOnce = undefined;
    const interrupted = new AbortController();
    const starting = probeOf().start(interrupted.signal);
    interrupted.abort(new Error('interrupted'));
    await assert.rejects(starting, /^Error: interrupted$/);
    assert.deepEqual(clock.pending(), []);
  });

  it('says how many were without an answer at the end', async () => {
    const probe = await started();
    desk.atOnce = undefined;
    clock.advance(100);
    assert.equal((await ended(probe)).unanswered, 2);
    assert.deepEqual(clock.pending(), []);
  });

  /** The end, with the time passed for which it waits. */
  function ended(probe: Probe) {
    const end = probe.end();
    clock.advance(1_000);
    return end;
  }
});

describe('probe of a real server', () => {
  let web: Web;
  beforeEach(async () => {
    web = await startWeb();
  });
  afterEach(() => web.close());

  it('sees a server fail and recover, over both kinds of connection', async () => {
    const clock = manualClock();
    const probe = new Probe({ request: { ...REQUEST, urls: [web.url] }, clock, replaced: () => [] });
    await probe.start(new AbortController().signal);
    const failed = Promise.withResolvers<void>();
    probe.whenFailed(() => {
      if (probe.failed === 2) failed.resolve();
    });
    await web.asked(4);
    web.answer = (_, response) => response.writeHead(503).end();
    clock.advance(100);
    await failed.promise;
    web.answer = (_, response) => response.end();
    clock.advance(100);
    await web.asked(8);
    const { requests, codes, failures, urls } = await probe.end();
    assert.deepEqual([requests, codes], [8, { 200: 6, 503: 2 }]);
    assert.deepEqual(failures.map(({ connection }) => connection).sort(), ['fresh', 'kept-alive']);
    assert.deepEqual(urls, [`${web.url.origin}/shop`]);
  });
});
