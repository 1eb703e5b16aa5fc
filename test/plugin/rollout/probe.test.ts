import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { probeRollout } from '../../../plugin/rollout/probe.ts';
import type { Reporter, RolloutEvent } from '../../../shared/rollout/drive/events.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { startWeb, type Web } from '../probe/web.ts';

describe('probes of a rollout', () => {
  let web: Web;
  beforeEach(async () => {
    web = await startWeb();
  });
  afterEach(() => web.close());

  it('do nothing where none were asked for', async () => {
    const probe = await probeRollout(undefined, { clock: manualClock() }, new AbortController().signal);
    const reporter: Reporter = { report() {}, close: async () => {} };
    assert.equal(probe.follow(reporter), reporter);
    assert.deepEqual([probe.gates(), await probe.end('done')], [[], {}]);
  });

  it('hold from the start where one of the first requests has failed', async () => {
    web.answer = ({ headers }, response) =>
      response.writeHead(headers.connection === 'close' ? 503 : 200).end();
    const ended = new AbortController();
    const request = {
      urls: [web.url],
      intervalMs: 100,
      timeoutMs: 10_000,
      expected: { codes: new Set([200]), classes: new Set<number>() },
      maxFailures: 0,
    };
    const probe = await probeRollout(request, { clock: manualClock() }, ended.signal);
    const reasons: string[] = [];
    probe.begin(
      { report() {}, close: async () => {} },
      {
        paused: () => false,
        seenVersion: () => '',
        async pause(reason) {
          reasons.push(reason);
          return '2';
        },
        unpause: async () => {},
        resumeCommand: 'resume',
        wake() {},
      },
    );
    assert.equal(probe.gates()[0]?.state, 'closed');
    assert.match(reasons[0] ?? '', /^1 of \d requests failed, .* last failure: 503 Service Unavailable$/);
    ended.abort(new Error('the test is over'));
  });

  it('report failures with the pods that are out, and hold', async () => {
    const clock = manualClock();
    const events: RolloutEvent[] = [];
    const paused = Promise.withResolvers<string>();
    const request = {
      urls: [web.url],
      intervalMs: 100,
      timeoutMs: 10_000,
      expected: { codes: new Set([200]), classes: new Set<number>() },
      maxFailures: 1,
    };
    const probe = await probeRollout(request, { clock }, new AbortController().signal);
    const reporter = probe.follow({ report: (event) => void events.push(event), close: async () => {} });
    const woken: string[] = [];
    probe.begin(reporter, {
      paused: () => false,
      seenVersion: () => '',
      async pause(reason) {
        paused.resolve(reason);
        return '2';
      },
      unpause: async () => {},
      resumeCommand: 'resume',
      wake: () => woken.push(probe.gates()[0]?.state ?? ''),
    });
    await web.asked(4);
    reporter.report({ atMs: 0, type: 'pod-evicted', pod: 'web-2', zone: 'zone-a' });
    web.answer = (_, response) => response.writeHead(504).end();
    clock.advance(100);
    assert.match(
      await paused.promise,
      /^2 of \d+ requests failed, .* is 1; last failure: 504 Gateway Timeout$/,
    );
    assert.deepEqual(woken, ['open', 'closed']);
    const failed = events.filter((event) => event.type === 'probe-failed');
    assert.deepEqual(
      failed.map(({ pods }) => pods),
      [['web-2'], ['web-2']],
    );
    const { probe: summary } = await probe.end('stopped');
    assert.equal(summary?.failed, 2);
    assert.deepEqual(clock.pending(), []);
  });
});
