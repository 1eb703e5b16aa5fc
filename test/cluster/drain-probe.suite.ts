import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it, type TestContext } from 'node:test';
import { linesOf, untilLine } from '../helpers/drain-run.ts';
import { startWeb, type Web } from '../plugin/probe/web.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { assertEmptied, type DrainBench, drainBench, drained } from './drain-bench.ts';
import type { Simulation } from './fixtures.ts';

const NAMESPACE = 'drain-probes';
const REPLICAS = 6;
/** Long enough that a zone is met in the middle. */
const SLOW: Simulation = { start: '600ms', flush: '200ms' };

/** A service that is asked while nodes are drained. */
export function drainProbeSuite(factory: ClusterFactory): void {
  describe('drain: probes', () => {
    let cluster: TestCluster;
    let bench: DrainBench;
    let web: Web;

    before(async () => {
      cluster = await factory();
      bench = await drainBench(cluster, NAMESPACE);
      web = await startWeb();
    });
    after(async () => {
      await web.close();
      await cluster.stop();
    });
    beforeEach(() => well());

    const well = () => {
      web.answer = (_, response) => response.end();
    };
    const ill = () => {
      web.answer = (_, response) => response.writeHead(502).end();
    };
    const start = (t: TestContext, ...flags: string[]) =>
      bench.start(t, [...bench.old, '--yes', `--probe=${web.url}`, '--probe-interval=100ms', ...flags]);

    it('lists what failed with the pods that were moved, and goes on', async (t) => {
      t.after(bench.clear);
      await bench.settled({ name: 'moved', replicas: REPLICAS, simulation: SLOW });
      const run = start(t);
      const { pod } = await untilLine(run, 'pod-evicted', ({ zone }) => zone === bench.zones[1]);
      ill();
      await untilLine(run, 'probe-failed');
      well();
      const { lines } = await drained(run, 0);
      await assertEmptied(bench, 'moved', { replicas: REPLICAS });
      const { requests, failed, failures, codes } = linesOf(lines, 'finished')[0]?.summary.probe ?? {};
      assert.deepEqual(codes, { 200: Number(requests) - Number(failed), 502: failed });
      const [first] = failures ?? [];
      assert.equal(first?.code, 502);
      assert.ok(first?.pods.includes(pod), `${pod} is not among ${first?.pods}`);
      const moved = linesOf(lines, 'pod-evicted').filter(({ zone }) => zone === bench.zones[1]);
      assert.ok(first?.pods.every((each) => moved.some((line) => line.pod === each)));
      // What was on its way at the end has arrived when kubectl has been there and back.
      await bench.kubectl('get', 'pods');
      const asked = web.askedOver.length;
      await bench.kubectl('get', 'pods');
      assert.equal(web.askedOver.length, asked, 'nothing is asked after the end');
    });

    it('holds after too many failures until it is ended, and the same command goes on', async (t) => {
      t.after(bench.clear);
      await bench.settled({ name: 'held', replicas: REPLICAS, simulation: SLOW });
      const run = start(t, '--max-probe-failures=2');
      await untilLine(run, 'pod-evicted');
      ill();
      const { reason } = await untilLine(run, 'waiting', (line) => line.for === 'probe');
      assert.match(reason, /^paused: \d+ of \d+ requests failed, --max-probe-failures is 2/);
      well();
      await web.asked(web.askedOver.length + 50);
      run.interrupt();
      const { lines } = await drained(run, 130);
      assert.deepEqual(
        linesOf(lines, 'zone-begun').map(({ zone }) => zone),
        [bench.zones[0]],
        'good answers alone open nothing',
      );

      await cluster.waitReady('StatefulSet', 'held', NAMESPACE);
      await drained(start(t, '--max-probe-failures=2'), 0);
      await assertEmptied(bench, 'held', { replicas: REPLICAS });
    });

    it('refuses an address that does not answer well, before anything is touched', async (t) => {
      t.after(bench.clear);
      await bench.settled({ name: 'refused', replicas: REPLICAS });
      ill();
      const { stderr } = await drained(start(t), 1);
      assert.match(stderr, /--probe: http:.*\/shop: 502 Bad Gateway/);
      assert.deepEqual(await bench.cordoned(), []);
    });

    it('does not ask in a dry run', async (t) => {
      t.after(bench.clear);
      await bench.settled({ name: 'dry', replicas: REPLICAS });
      const asked = web.askedOver.length;
      const run = bench.start(t, [...bench.old, `--probe=${web.url}`, '--dry-run=client']);
      const { code } = await run.end;
      assert.equal(code, 0, run.stderr.text);
      assert.equal(web.askedOver.length, asked);
    });
  });
}
