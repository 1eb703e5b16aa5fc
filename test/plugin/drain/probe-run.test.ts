import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { runDrain } from '../../../plugin/drain/drain.ts';
import type { DrainRequest } from '../../../plugin/drain/request.ts';
import { openDrainReporter } from '../../../plugin/views/open.ts';
import { type TestContext, testContext } from '../../helpers/context.ts';
import { drainLines, linesOf } from '../../helpers/drain-run.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import { startWeb, type Web } from '../probe/web.ts';
import { NO_FLAGS } from './builders.ts';
import { type FakeCluster, fakeCluster } from './fake-cluster.ts';

describe('kubectl zone drain --probe', () => {
  let cluster: FakeCluster;
  let clock: ManualClock;
  let operator: TestContext;
  let web: Web;

  beforeEach(async () => {
    web = await startWeb();
    clock = manualClock();
    cluster = fakeCluster(clock);
    operator = testContext({});
    Object.assign(operator.context, { clock, random: () => 0.5, connect: async () => cluster.kube });
    cluster.addNode('old', 'zone-a');
    cluster.addNode('new', 'zone-a');
    cluster.addSet('web', 1);
    cluster.addPod('web-0', 'old');
  });
  afterEach(() => web.close());

  const request = (rest: Partial<DrainRequest> = {}): DrainRequest => ({
    targets: { names: ['old'], selector: undefined, zones: [] },
    options: { zoneOrder: [], maxNodes: undefined, soakMs: 0, pendingMs: 60_000, ignoreBroken: [] },
    filters: NO_FLAGS,
    removal: { disableEviction: false, gracePeriodSeconds: undefined },
    connection: {},
    probe: {
      urls: [web.url],
      intervalMs: 100,
      timeoutMs: 10_000,
      expected: { codes: new Set(), classes: new Set([2]) },
      maxFailures: undefined,
    },
    timeoutMs: undefined,
    dryRun: undefined,
    output: 'json',
    uncordonOnFailure: false,
    yes: true,
    commandLine: 'kubectl zone drain old --yes',
    ...rest,
  });

  it('lists what failed with the pod that was moved, and leaves nothing behind', async () => {
    const running = runDrain(request(), operator.context, openDrainReporter);
    await operator.stdout.matches(/"type":"pod-evicted"/);
    web.answer = (_, response) => response.writeHead(502).end();
    clock.advance(100);
    await operator.stdout.matches(/"type":"probe-failed".*\n.*"type":"probe-failed"/);
    web.answer = (_, response) => response.end();
    cluster.removePod('web-0');
    cluster.addPod('web-0', 'new');
    assert.equal(await running, 0);
    const [finished] = linesOf(drainLines(operator.stdout.text), 'finished');
    const { failed, failures, codes } = finished?.summary.probe ?? {};
    assert.deepEqual([failed, codes], [2, { 200: 4, 502: 2 }]);
    assert.deepEqual(
      failures?.map(({ pods }) => pods),
      [['cortex/web-0'], ['cortex/web-0']],
    );
    assert.deepEqual(clock.pending(), []);
  });

  it('touches nothing where the service does not answer well', async () => {
    web.answer = (_, response) => response.writeHead(503).end();
    await assert.rejects(
      runDrain(request(), operator.context, openDrainReporter),
      /--probe: .*\/shop: 503 Service Unavailable/,
    );
    assert.ok(!cluster.fake.requests.some(({ method }) => method === 'PATCH'));
    assert.deepEqual([cluster.asked, clock.pending()], [[], []]);
  });

  it('asks nobody in a dry run', async () => {
    assert.equal(await runDrain(request({ dryRun: 'client' }), operator.context, openDrainReporter), 0);
    assert.deepEqual(web.askedOver, []);
  });

  it('ends at an interrupt, also while the first answers are awaited', async () => {
    web.answer = () => operator.interrupt();
    await assert.rejects(runDrain(request(), operator.context, openDrainReporter), /interrupted/);
    assert.deepEqual([cluster.asked, clock.pending()], [[], []]);
  });
});
