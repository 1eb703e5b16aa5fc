import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import type { ProbeSummary } from '../../shared/drive/probe-news.ts';
import { testAuthority } from '../helpers/certificates.ts';
import { PLUGIN_PATH } from '../helpers/plugin.ts';
import { type PluginEvent, untilEvent } from '../helpers/plugin-run.ts';
import { startWeb, type Web } from '../plugin/probe/web.ts';
import { openScreen } from '../plugin/views/fixtures/screen.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { type DeploymentBench, deploymentBench } from './deployment-bench.ts';
import { namespace } from './fixtures.ts';
import { ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'probes';
const SLOW = { start: '600ms' };

const failureSchema = z.object({
  type: z.literal('probe-failed'),
  code: z.optional(z.number()),
  reason: z.string(),
  pods: z.array(z.string()),
});

/** A service that is asked while pods are replaced. */
export function rolloutProbeSuite(factory: ClusterFactory): void {
  describe('rollout: probes', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;
    let deployments: DeploymentBench;
    let web: Web;

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
      deployments = deploymentBench(cluster, NAMESPACE);
      web = await startWeb();
    });
    after(async () => {
      await bench.close();
      await deployments.close();
      await web.close();
      await cluster.stop();
    });

    const well = () => {
      web.answer = (_, response) => response.end();
    };
    const ill = () => {
      web.answer = (_, response) => response.writeHead(502).end();
    };
    const start = (name: string, ...flags: string[]) =>
      bench.start(name, '--max-unavailable=1', `--probe=${web.url}`, '--probe-interval=100ms', ...flags);
    const isHeld = ({ type, for: what }: PluginEvent) => type === 'waiting' && what === 'gate';
    const beganIn = (zone: string) => (event: PluginEvent) =>
      event.type === 'wave-begun' && event.zone === zone;

    it('tells of a service that is well all the time', async () => {
      well();
      await bench.stale({ name: 'well', replicas: 3, simulation: SLOW });
      const { stdout } = await ended(start('well'), 0);
      const { requests, failed, codes, urls } = probeSummaryIn(stdout);
      assert.equal(failed, 0);
      assert.ok(requests > 0);
      assert.deepEqual([codes, urls], [{ 200: requests }, [`${web.url.origin}/shop`]]);
      assert.ok(stdout.includes('"type":"probes"'));
      // What was on its way at the end has arrived when kubectl has been there and back.
      await bench.kubectl('get', 'pods');
      const asked = web.askedOver.length;
      await bench.kubectl('get', 'pods');
      assert.equal(web.askedOver.length, asked, 'nothing is asked after the end');
    });

    it('lists what failed with the pod that was being replaced, and goes on', async () => {
      well();
      await bench.stale({ name: 'ill', replicas: 3, simulation: SLOW });
      const run = start('ill');
      const { pods } = await untilEvent(run, beganIn('zone-b'));
      await untilEvent(run, ({ type, zone }) => type === 'pod-evicted' && zone === 'zone-b');
      ill();
      await untilEvent(run, ({ type }) => type === 'probe-failed');
      well();
      const { stdout } = await ended(run, 0);
      const { failures, failed } = probeSummaryIn(stdout);
      assert.ok(failed > 0 && failures.length > 0);
      assert.deepEqual([failures[0]?.code, failures[0]?.pods], [502, pods]);
      const [told] = stdout
        .split('\n')
        .filter((line) => line.includes('"type":"probe-failed"'))
        .map((line) => failureSchema.parse(JSON.parse(line)));
      assert.deepEqual(told, { type: 'probe-failed', code: 502, reason: '502 Bad Gateway', pods });
    });

    it('holds after too many failures, until an operator resumes it', async () => {
      well();
      await bench.stale({ name: 'held', replicas: 3, simulation: SLOW });
      const run = start('held', '--max-probe-failures=2');
      await untilEvent(run, ({ type }) => type === 'pod-evicted');
      ill();
      const { reason } = await untilEvent(run, isHeld);
      assert.match(reason ?? '', /^paused: \d+ of \d+ requests failed, --max-probe-failures is 2/);
      well();
      await bench.leaseState('held', 'held');
      const lease = 'lease/zone-rollout-statefulset-held';
      const paused = '{.metadata.annotations.kubectl-zone\\.dev/paused}';
      await bench.kubectl('wait', lease, `--for=jsonpath=${paused}`, '--timeout=60s');
      const before = web.askedOver.length;
      await web.asked(before + 50);
      assert.ok(!run.stdout.text.includes('"zone":"zone-b"'), 'good answers alone open nothing');
      await bench.told(['rollout', 'resume', 'sts/held', '-n', NAMESPACE], 0);
      const { events } = await ended(run, 0);
      assert.equal(events.filter(isHeld).length, 1);
      assert.equal(events.filter(({ type }) => type === 'wave-begun').length, 3);
    });

    it('refuses an address that does not answer well, before anything is touched', async () => {
      ill();
      await bench.stale({ name: 'refused', replicas: 3 });
      const versions = await bench.versions('refused');
      const { stderr } = await ended(start('refused'), 1);
      assert.match(stderr, /--probe: http:.*\/shop: 502 Bad Gateway/);
      assert.equal(await bench.versions('refused'), versions);
    });

    it('refuses a certificate that nobody here vouches for, before anything is touched', async (t) => {
      const { server } = await testAuthority();
      const secure = await startWeb(server);
      t.after(() => secure.close());
      await bench.stale({ name: 'unknown', replicas: 3 });
      const versions = await bench.versions('unknown');
      const { stderr } = await ended(bench.start('unknown', `--probe=${secure.url}`), 1);
      assert.match(stderr, /--probe: https:.*\/shop: .*certificate; .* NODE_EXTRA_CA_CERTS/);
      assert.equal(await bench.versions('unknown'), versions);
    });

    it('keeps to itself with which password it asks', async () => {
      well();
      await bench.stale({ name: 'secretive', replicas: 3, simulation: SLOW });
      const url = new URL(web.url);
      url.username = 'ann';
      url.password = 'hunter2';
      const run = bench.start('secretive', `--probe=${url}`, '--max-unavailable=1');
      await untilEvent(run, beganIn('zone-a'));
      run.interrupt();
      const { stdout, stderr } = await ended(run, 130);
      assert.match(stdout, /continue with: kubectl zone rollout .*:\/\/\*\*\*@127\.0\.0\.1/);
      const kept = await bench.kubectl('get', 'leases,events', '-o', 'yaml');
      assert.doesNotMatch(`${stdout}${stderr}${kept}`, /hunter2/);
    });

    it('names the pod of a Deployment that was being replaced, and no other', async () => {
      well();
      await deployments.stale({ name: 'pods-of-one', replicas: 3, simulation: SLOW });
      const run = deployments.start(
        'pods-of-one',
        '--max-unavailable=1',
        `--probe=${web.url}`,
        '--probe-interval=100ms',
      );
      const { pods } = await untilEvent(run, beganIn('zone-c'));
      await untilEvent(run, ({ type, zone }) => type === 'pod-evicted' && zone === 'zone-c');
      ill();
      await untilEvent(run, ({ type }) => type === 'probe-failed');
      well();
      const { stdout } = await ended(run, 0);
      assert.deepEqual(probeSummaryIn(stdout).failures[0]?.pods, pods);
    });

    it('draws rate, times and failures on one time line with the waves, on a narrow terminal', async (t) => {
      well();
      await bench.stale({ name: 'drawn', replicas: 3, simulation: { start: '4s' } });
      const screen = openScreen({
        program: PLUGIN_PATH,
        args: ['rollout', 'sts/drawn', '-n', NAMESPACE, `--probe=${web.url}`, '--max-unavailable=1'],
        columns: 80,
        rows: 30,
        env: { KUBECONFIG: cluster.kubeconfigPath },
      });
      t.after(() => screen.kill());
      const shows = (pattern: RegExp) =>
        screen.until(String(pattern), () => pattern.test(screen.visible().join('\n')));
      await shows(/^probes +none of \d+ failed; \d+ a second, median \S+, slowest \S+$/m);
      await shows(/^waves +1 +2$/m);
      ill();
      await shows(/^probes +[1-9]\d* of \d+ failed; .*\nlatency +\S.*\nfailed +.*✗.*up to \d+\nwaves +1 /m);
      well();
      assert.equal(await screen.ended, 0);
      const text = screen.everything().join('\n');
      assert.match(text, /^ {2}requests failed: +[1-9]/m);
      assert.match(
        text,
        /^ {2}[\d:.]{12} {2}(fresh|kept-alive) +502 Bad Gateway after \S+, replacing drawn-\d$/m,
      );
    });

    it('does not ask in a dry run', async () => {
      well();
      const asked = web.askedOver.length;
      await bench.stale({ name: 'dry', replicas: 3 });
      await ended(start('dry', '--dry-run=client'), 0);
      assert.equal(web.askedOver.length, asked);
    });

    it('ends with an interrupt', async () => {
      well();
      await bench.stale({ name: 'interrupted', replicas: 3, simulation: SLOW });
      const run = start('interrupted');
      await untilEvent(run, beganIn('zone-a'));
      run.interrupt();
      const { stdout } = await ended(run, 130);
      assert.equal(probeSummaryIn(stdout).failed, 0);
      const asked = web.askedOver.length;
      await bench.versions('interrupted');
      assert.equal(web.askedOver.length, asked);
    });
  });
}

/** What the last line of JSON output says of the probes. */
function probeSummaryIn(stdout: string): ProbeSummary {
  const line = stdout.split('\n').find((each) => each.includes('"type":"finished"')) ?? '{}';
  const { summary }: { summary?: { probe?: ProbeSummary } } = JSON.parse(line);
  assert.ok(summary?.probe, line);
  return summary.probe;
}
