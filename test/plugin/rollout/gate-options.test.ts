import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import yargs from 'yargs';
import { GATE_OPTIONS, gatesFrom } from '../../../plugin/rollout/gate-options.ts';

/** As `registry.ts` sets yargs up. */
async function parse(...argv: string[]) {
  const args = await yargs(argv)
    .options(GATE_OPTIONS)
    .parserConfiguration({ 'greedy-arrays': false })
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new Error(message);
    })
    .parse();
  return gatesFrom(args);
}

describe('the flags of the gates', () => {
  it('ask for nothing unless given', async () => {
    assert.deepEqual(await parse(), {
      alarms: { names: [], region: undefined, endpoint: undefined, strict: false, ignore: false },
      prometheus: { queries: [], target: undefined },
      http: [],
      ring: undefined,
      intervalMs: 10_000,
      timeoutMs: 10_000,
    });
  });

  it('become data', async () => {
    const given = await parse(
      ...['--pause-alarm', 'a', '--pause-alarm', 'b c', '--pause-alarm=a', '--strict-alarms'],
      ...['--alarm-region', 'us-gov-west-1', '--alarm-endpoint', 'https://vpce.example'],
      ...['--gate-prometheus', 'up == 0', '--gate-prometheus', 'x > 1'],
      ...['--prometheus-url', 'svc:monitoring/prometheus:9090'],
      ...['--gate-http', 'https://freeze.example/ok', '--gate-timeout', '1m30s'],
      ...['--gate-interval', '2s'],
      ...['--ring', '/ingester/ring:8080', '--ring-forget-after', '1h', '--ring-ignore-forgotten'],
    );
    assert.deepEqual(given, {
      alarms: {
        names: ['a', 'b c'],
        region: 'us-gov-west-1',
        endpoint: 'https://vpce.example',
        strict: true,
        ignore: false,
      },
      prometheus: {
        queries: ['up == 0', 'x > 1'],
        target: { kind: 'service', namespace: 'monitoring', service: 'prometheus:9090', path: '' },
      },
      http: [new URL('https://freeze.example/ok')],
      ring: {
        target: { kind: 'pods', tls: false, path: '/ingester/ring', port: '8080' },
        text: '/ingester/ring:8080',
        forgetAfterMs: 3_600_000,
        ignoreForgotten: true,
      },
      intervalMs: 2_000,
      timeoutMs: 90_000,
    });
  });

  it('may tell a region before anybody has named an alarm: a ZoneAwareUpdate may', async () => {
    assert.ok(!('problems' in (await parse('--alarm-region', 'eu-west-1', '--ignore-alarm'))));
  });

  it('are complained about all together, each by its name', async () => {
    const given = await parse(
      ...['--pause-alarm', '', '--pause-alarm', 'x'.repeat(256)],
      ...['--alarm-region', 'Europe', '--alarm-endpoint', 'nowhere', '--strict-alarms', '--ignore-alarm'],
      ...['--gate-prometheus', ' ', '--prometheus-url', 'prometheus:9090'],
      ...['--gate-http', 'gate.example', '--gate-timeout', '0'],
      ...['--gate-interval', '500ms', '--ring', 'ring', '--ring-forget-after', '10'],
    );
    assert.ok('problems' in given);
    assert.deepEqual(
      given.problems.map((problem) => problem.replace(/(--[\w-]+): .*/, '$1')),
      [
        '--pause-alarm',
        '--pause-alarm',
        '--alarm-region',
        '--alarm-endpoint',
        '--strict-alarms',
        '--gate-prometheus',
        '--prometheus-url',
        '--gate-http',
        '--ring',
        '--ring-forget-after',
        '--gate-interval',
        '--gate-timeout',
      ],
    );
  });

  it('need each other where they do', async () => {
    assert.deepEqual(await parse('--gate-prometheus', 'up'), {
      problems: ['--gate-prometheus: requires --prometheus-url'],
    });
    assert.deepEqual(await parse('--prometheus-url', 'http://x'), {
      problems: ['--prometheus-url: requires --gate-prometheus'],
    });
    assert.deepEqual(await parse('--ring-forget-after', '1h', '--ring-ignore-forgotten'), {
      problems: ['--ring-forget-after: requires --ring', '--ring-ignore-forgotten: requires --ring'],
    });
  });

  it('name as many alarms as one request to CloudWatch can', async () => {
    const names = (count: number) =>
      Array.from({ length: count }, (_, index) => ['--pause-alarm', `a${index}`]).flat();
    assert.ok(!('problems' in (await parse(...names(100)))));
    assert.deepEqual(await parse(...names(101)), {
      problems: ['--pause-alarm: 101 alarms are more than CloudWatch describes in one request (100)'],
    });
  });
});
