import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type PluginEvent, type PluginRun, untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import { awsEnvironment } from '../shared/gates/aws-environment.ts';
import { type CloudWatchServer, startCloudWatch } from '../shared/gates/cloudwatch-server.ts';
import { type LocalServer, startLocalServer } from '../shared/gates/local-server.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { assertOneZoneAtATime, ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'gates';
/** An answer serves for a second, which is less than a pod takes to come back. */
const INTERVAL = ['--gate-interval=1s', '--gate-timeout=2s'];
const SLOW = { start: '1100ms' };
/** So many questions later, a reason that repeats itself has done so. */
const POLLS = 3;

/** Conditions from outside, asked while pods are replaced. */
export function rolloutGatesSuite(factory: ClusterFactory): void {
  describe('rollout: gates', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;
    let cloudWatch: CloudWatchServer;
    let leaveAws: () => void;
    const servers: LocalServer[] = [];

    before(async () => {
      leaveAws = awsEnvironment();
      cloudWatch = await startCloudWatch([]);
      servers.push(cloudWatch);
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
    });
    after(async () => {
      await bench.close();
      await cluster.stop();
      for (const server of servers) await server.close();
      leaveAws();
    });

    const isHeld = ({ type, for: what }: PluginEvent) => type === 'waiting' && what === 'gate';
    const setAlarm = (StateValue: string, StateReason = '') => {
      cloudWatch.instead = () => false;
      cloudWatch.alarms = [{ AlarmName: 'store-errors', StateValue, StateReason }];
    };
    const alarmFlags = () => [
      '--pause-alarm=store-errors',
      `--alarm-endpoint=${cloudWatch.url}`,
      ...INTERVAL,
    ];
    const beganIn = (zone: string) => (event: PluginEvent) =>
      event.type === 'wave-begun' && event.zone === zone;
    const serve = async (handle: Parameters<typeof startLocalServer>[0]) => {
      const server = await startLocalServer(handle);
      servers.push(server);
      return server;
    };

    /** The rollout is held, stays so without a word, and goes on by itself. */
    const holdsUntil = async (run: PluginRun, server: LocalServer, reason: RegExp, open: () => void) => {
      const held = await untilEvent(run, isHeld);
      assert.match(held.reason ?? '', reason);
      await server.received(server.requests.length + POLLS);
      open();
      const { events } = await ended(run, 0);
      const told = events.filter(isHeld).map((event) => event.reason);
      assert.equal(told.length, 1, told.join('\n'));
      const at = events.findIndex(isHeld);
      return { before: wavesIn(events.slice(0, at)), after: wavesIn(events.slice(at)) };
    };

    it('holds in the middle of zone two while an alarm is in ALARM, and goes on by itself', async () => {
      setAlarm('OK');
      await bench.stale({ name: 'alarmed', replicas: 9, simulation: SLOW });
      const witness = await bench.witness('alarmed');
      const run = bench.start('alarmed', '--max-unavailable=1', ...alarmFlags());
      await untilEvent(run, beganIn('zone-b'));
      setAlarm('ALARM', 'Threshold Crossed: 12 errors');
      await untilEvent(run, isHeld);
      await bench.leaseState('alarmed', 'held');
      const reason = /^waiting for CloudWatch alarm store-errors: ALARM: Threshold Crossed: 12 errors/;
      const waves = await holdsUntil(run, cloudWatch, reason, () => setAlarm('OK'));
      assert.deepEqual(
        waves.before.map(({ zone }) => zone),
        ['zone-a', 'zone-a', 'zone-a', 'zone-b'],
      );
      assert.deepEqual(
        waves.after.map(({ zone }) => zone),
        ['zone-b', 'zone-b', 'zone-c', 'zone-c', 'zone-c'],
      );
      await assertOneZoneAtATime(witness, 1);
    });

    it('holds while CloudWatch is dead, says so, and goes on when it is back', async () => {
      setAlarm('OK');
      await bench.stale({ name: 'unheard', replicas: 6, simulation: SLOW });
      const run = bench.start('unheard', '--max-unavailable=1', ...alarmFlags());
      await untilEvent(run, beganIn('zone-b'));
      cloudWatch.instead = (_, response) => {
        response.destroy();
        return true;
      };
      const reason = /^waiting for CloudWatch alarm store-errors: no answer from CloudWatch/;
      const waves = await holdsUntil(run, cloudWatch, reason, () => {
        cloudWatch.instead = () => false;
      });
      assert.deepEqual([waves.before.length, waves.after.length], [3, 3]);
    });

    it('refuses an alarm that does not exist before anything is touched, and proposes one', async () => {
      setAlarm('OK');
      await bench.stale({ name: 'misspelt', replicas: 3 });
      const versions = await bench.versions('misspelt');
      const endpoint = `--alarm-endpoint=${cloudWatch.url}`;
      const { stderr } = await ended(bench.start('misspelt', '--pause-alarm=store-erors', endpoint), 1);
      assert.match(stderr, /CloudWatch has no alarm named store-erors in eu-west-1/);
      assert.match(stderr, /did you mean store-errors\?/);
      assert.equal(await bench.versions('misspelt'), versions);
    });

    it('refuses a gate that nobody answers before the template is changed', async () => {
      await bench.stale({ name: 'unanswered', replicas: 3 });
      const versions = await bench.versions('unanswered');
      const closed = await serve(() => {});
      await closed.close();
      const gates = [`--gate-http=${closed.url}/ok`, ...INTERVAL];
      const { stderr } = await ended(bench.start('unanswered', '--restart', '--yes', ...gates), 1);
      assert.match(stderr, /no answer from http:.*\/ok, asked \d+ times in \ds: connect ECONNREFUSED/);
      assert.match(
        stderr,
        /nothing was changed; run the command again when it answers, or without this gate/,
      );
      assert.equal(await bench.versions('unanswered'), versions);
    });

    it('holds while --gate-http answers 503, and goes on with its first 200', async () => {
      await bench.stale({ name: 'frozen', replicas: 3 });
      let status = 503;
      const server = await serve((_, response) => {
        response.writeHead(status);
        response.end('change freeze');
      });
      const run = bench.start('frozen', `--gate-http=${server.url}/ok`, ...INTERVAL);
      const waves = await holdsUntil(run, server, /^waiting for .*\/ok: .*503/, () => {
        status = 200;
      });
      assert.deepEqual([waves.before.length, waves.after.length], [0, 3]);
    });

    it('holds while a Prometheus query returns something, and goes on when it returns nothing', async () => {
      await bench.stale({ name: 'queried', replicas: 3 });
      let result: unknown[] = [{ metric: { alertname: 'Slow' }, value: [1, '7'] }];
      const server = await serve((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
      });
      const query = 'latency > 5';
      const run = bench.start(
        'queried',
        `--gate-prometheus=${query}`,
        `--prometheus-url=${server.url}`,
        ...INTERVAL,
      );
      const waves = await holdsUntil(run, server, /^waiting for .*latency > 5.*: .*7/, () => {
        result = [];
      });
      assert.deepEqual([waves.before.length, waves.after.length], [0, 3]);
      assert.equal(server.requests[0]?.url.searchParams.get('query'), query);
    });
  });
}
