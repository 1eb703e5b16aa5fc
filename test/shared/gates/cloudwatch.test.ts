import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { UserError } from '../../../shared/errors.ts';
import { type AlarmOptions, cloudWatchGates } from '../../../shared/gates/cloudwatch.ts';
import type { GateSource } from '../../../shared/gates/gate.ts';
import { watchGates } from '../../../shared/gates/watch.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { awsEnvironment } from './aws-environment.ts';
import { awsFailure, type CloudWatchServer, startCloudWatch } from './cloudwatch-server.ts';

const NOW_S = Date.UTC(2026, 0, 1) / 1000;

describe('CloudWatch alarms as gates, with the AWS SDK', () => {
  let server: CloudWatchServer;
  let restore: () => void;
  let sources: GateSource[];
  let signal: AbortSignal;
  beforeEach(async () => {
    server = await startCloudWatch([
      { AlarmName: 'errors-high', StateValue: 'OK', StateReason: 'fine' },
      { AlarmName: 'release-health', StateValue: 'OK', composite: true },
    ]);
    restore = awsEnvironment();
    sources = [];
    signal = new AbortController().signal;
  });
  afterEach(async () => {
    for (const source of sources) source.close();
    restore();
    await server.close();
  });

  function open(names: readonly string[], more: Partial<AlarmOptions> = {}): GateSource {
    const source = cloudWatchGates({
      names,
      region: undefined,
      endpoint: server.url,
      strict: false,
      ...more,
    });
    sources.push(source);
    return source;
  }

  async function stateOf(value: string, strict = false) {
    server.alarms = [
      {
        AlarmName: 'errors-high',
        StateValue: value,
        StateReason: 'Threshold Crossed:\n 3 datapoints',
        StateUpdatedTimestamp: NOW_S + 0.25,
      },
    ];
    const [state] = await open(['errors-high'], { strict }).check(signal);
    return state;
  }

  async function rejection(source: GateSource): Promise<UserError> {
    const error = await source.check(signal).then(
      () => assert.fail('it answered'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof UserError, String(error));
    return error;
  }

  it('asks for all names, metric and composite, in one signed request', async () => {
    const source = open(['errors-high', 'release-health'], { region: 'us-east-2' });
    assert.deepEqual(await source.check(signal), [
      { name: 'CloudWatch alarm errors-high', state: 'open', reason: 'OK' },
      { name: 'CloudWatch alarm release-health', state: 'open', reason: 'OK' },
    ]);
    assert.deepEqual(server.asked(), [
      {
        AlarmNames: ['errors-high', 'release-health'],
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: 100,
      },
    ]);
    const [{ headers } = assert.fail()] = server.requests;
    assert.match(headers.authorization ?? '', /Credential=AKIDEXAMPLE\/\d+\/us-east-2\/monitoring\//);
    assert.match(headers['user-agent'] ?? '', /kubectl-zone\//);
    assert.deepEqual(
      source.names,
      (await source.check(signal)).map(({ name }) => name),
    );
  });

  it("takes the region from the SDK's chain unless told", async () => {
    await open(['errors-high']).check(signal);
    assert.match(server.requests[0]?.headers.authorization ?? '', /\/eu-west-1\/monitoring\//);
  });

  it('holds while an alarm is in ALARM, and says since when and why', async () => {
    assert.deepEqual(await stateOf('ALARM'), {
      name: 'CloudWatch alarm errors-high',
      state: 'closed',
      reason: 'ALARM since 2026-01-01T00:00:00Z: Threshold Crossed:  3 datapoints',
    });
  });

  it('holds on INSUFFICIENT_DATA only when strict', async () => {
    assert.equal((await stateOf('INSUFFICIENT_DATA'))?.state, 'open');
    const strict = await stateOf('INSUFFICIENT_DATA', true);
    assert.equal(strict?.state, 'closed');
    assert.match(strict?.reason ?? '', /^INSUFFICIENT_DATA since .*\(--strict-alarms\)$/);
  });

  it('does not know what a state means that CloudWatch may have one day', async () => {
    assert.equal((await stateOf('SNOOZED'))?.state, 'unknown');
  });

  it('reads all pages', async () => {
    server.alarms = Array.from({ length: 100 }, (_, index) => ({
      AlarmName: `alarm-${index}`,
      StateValue: index === 99 ? 'ALARM' : 'OK',
      composite: index % 2 === 0,
    }));
    server.pageSize = 40;
    const states = await open(server.alarms.map(({ AlarmName }) => AlarmName)).check(signal);
    assert.equal(states.length, 100);
    assert.deepEqual(
      states.filter(({ state }) => state === 'closed').map(({ name }) => name),
      ['CloudWatch alarm alarm-99'],
    );
    assert.deepEqual(
      server.asked().map(({ NextToken }) => NextToken),
      [undefined, '40', '80'],
    );
  });

  describe('a name that does not exist', () => {
    it('is an error at the start that names it, its region and what looks like it', async () => {
      const error = await rejection(open(['errors-high', 'erors-hihg', 'nothing-like-it']));
      assert.equal(error.message, 'CloudWatch has no alarms named erors-hihg, nothing-like-it in eu-west-1');
      assert.match(error.fix ?? '', /check --pause-alarm, --alarm-region/);
      const proposed = await rejection(open(['Errors-high', 'errors-hgh']));
      assert.equal(proposed.fix, 'did you mean errors-high?');
    });

    it('is the error it is when nothing can be proposed because listing fails', async () => {
      server.instead = ({ AlarmNamePrefix }, response) => {
        if (AlarmNamePrefix === undefined) return false;
        awsFailure(response, 400, 'AccessDeniedException', 'no');
        return true;
      };
      assert.match((await rejection(open(['errors-hgh']))).message, /no alarm named errors-hgh/);
    });

    it('is unknown when the alarm is deleted later, and leaves the others as they are', async () => {
      const source = open(['errors-high', 'release-health']);
      await source.check(signal);
      server.alarms = server.alarms.slice(1);
      assert.deepEqual(await source.check(signal), [
        {
          name: 'CloudWatch alarm errors-high',
          state: 'unknown',
          reason: 'the alarm no longer exists in CloudWatch',
        },
        { name: 'CloudWatch alarm release-health', state: 'open', reason: 'OK' },
      ]);
    });
  });

  describe('what the operator has to mend', () => {
    it('says how to get credentials when there are none, and takes them when they come', async () => {
      restore();
      restore = awsEnvironment({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
      const source = open(['errors-high']);
      const error = await rejection(source);
      assert.match(error.message, /^no AWS credentials to read the alarms with: Could not load credentials/);
      assert.match(error.fix ?? '', /aws sso login/);
      assert.equal(server.requests.length, 0);
      restore();
      restore = awsEnvironment();
      assert.equal((await source.check(signal))[0]?.state, 'open');
    });

    it('takes session credentials from the file again after they have expired', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'aws-'));
      const file = join(folder, 'credentials');
      const write = (key: string) =>
        writeFile(file, `[prod]\naws_access_key_id=${key}\naws_secret_access_key=s\naws_session_token=t\n`);
      await write('OLD');
      restore();
      restore = awsEnvironment({
        AWS_ACCESS_KEY_ID: undefined,
        AWS_SECRET_ACCESS_KEY: undefined,
        AWS_SHARED_CREDENTIALS_FILE: file,
        AWS_PROFILE: 'prod',
      });
      server.instead = (_, response) => {
        const refused = server.requests.at(-1)?.headers.authorization?.includes('Credential=OLD/') === true;
        if (refused) awsFailure(response, 400, 'ExpiredTokenException', 'expired');
        return refused;
      };
      const source = open(['errors-high']);
      assert.match((await rejection(source)).message, /ExpiredTokenException/);
      await write('NEW');
      assert.equal((await source.check(signal))[0]?.state, 'open');
      await rm(folder, { recursive: true });
    });

    it('asks for a region when there is none', async () => {
      restore();
      restore = awsEnvironment({ AWS_REGION: undefined });
      const error = await rejection(open(['errors-high']));
      assert.equal(error.message, 'no AWS region is set for the alarms');
      assert.match(error.fix ?? '', /--alarm-region/);
    });

    const refusals: [status: number, type: string, fix: RegExp][] = [
      [400, 'AccessDeniedException', /cloudwatch:DescribeAlarms on all resources/],
      [400, 'ExpiredTokenException', /aws sso login/],
      [400, 'UnrecognizedClientException', /AWS_PROFILE/],
      [400, 'ValidationException', /check --pause-alarm, --alarm-region and --alarm-endpoint/],
      [404, 'UnknownOperationException', /--alarm-endpoint/],
    ];
    for (const [status, type, fix] of refusals) {
      it(`explains ${type}`, async () => {
        server.instead = (_, response) => {
          awsFailure(response, status, type, 'the message');
          return true;
        };
        const error = await rejection(open(['errors-high']));
        assert.equal(error.message, `CloudWatch refuses to describe the alarms: ${type}: the message`);
        assert.match(error.fix ?? '', fix);
        assert.equal(server.requests.length, 1, 'a refusal is not repeated');
      });
    }
  });

  describe('what may pass by itself', () => {
    it('is throttled once, and asks again', async () => {
      server.instead = (_, response) => {
        if (server.requests.length > 1) return false;
        awsFailure(response, 400, 'ThrottlingException', 'Rate exceeded');
        return true;
      };
      assert.equal((await open(['errors-high']).check(signal))[0]?.state, 'open');
      assert.deepEqual(
        server.requests.map(({ headers }) => headers['amz-sdk-request']),
        ['attempt=1; max=3', 'attempt=2; max=3'],
      );
    });

    it('is throttled all the time: unknown, asked more rarely, and open again afterwards', async () => {
      restore();
      restore = awsEnvironment({ AWS_MAX_ATTEMPTS: '1' });
      let throttled = false;
      server.instead = (_, response) => {
        if (throttled) awsFailure(response, 400, 'ThrottlingException', 'Rate exceeded');
        return throttled;
      };
      const clock = manualClock();
      const watch = watchGates([open(['errors-high'])], { clock, random: () => 0 });
      const control = new AbortController();
      await watch.start(control.signal);
      throttled = true;
      clock.advance(6_000);
      for (const waitMs of [500, 1_000, 2_000, 4_000]) {
        clock.advance(await clock.scheduled((delayMs) => delayMs === waitMs));
      }
      await clock.scheduled((delayMs) => delayMs === 8_000);
      assert.deepEqual(watch.states(), [
        {
          name: 'CloudWatch alarm errors-high',
          state: 'unknown',
          reason: 'no answer from CloudWatch: Rate exceeded',
        },
      ]);
      assert.equal(server.requests.length, 6);
      throttled = false;
      const opened = new Promise<void>((resolve) => {
        watch.onChange(() => watch.states()[0]?.state === 'open' && resolve());
      });
      clock.advance(8_000);
      await opened;
      control.abort();
    });

    it('fails inside, or says something that nobody understands', async () => {
      restore();
      restore = awsEnvironment({ AWS_MAX_ATTEMPTS: '1' });
      server.instead = (_, response) => {
        awsFailure(response, 500, 'InternalServiceFault', 'oh');
        return true;
      };
      await assert.rejects(open(['errors-high']).check(signal), (error) => !(error instanceof UserError));
      server.instead = (_, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
        return true;
      };
      await assert.rejects(open(['errors-high']).check(signal), (error) => !(error instanceof UserError));
    });

    it('is dead: unknown after a while, with the network in the reason', async () => {
      restore();
      restore = awsEnvironment({ AWS_MAX_ATTEMPTS: '1' });
      const clock = manualClock();
      const watch = watchGates([open(['errors-high'])], { clock, random: () => 0 });
      const control = new AbortController();
      await watch.start(control.signal);
      assert.equal(watch.states()[0]?.state, 'open');
      await server.close();
      clock.advance(6_000);
      await clock.scheduled((delayMs) => delayMs === 500);
      clock.advance(499);
      assert.equal(watch.states()[0]?.state, 'open', 'the last answer is 6.5 s old and still serves');
      clock.advance(1);
      clock.advance(await clock.scheduled((delayMs) => delayMs === 1_000));
      clock.advance(await clock.scheduled((delayMs) => delayMs === 2_000));
      clock.advance(await clock.scheduled((delayMs) => delayMs === 4_000));
      assert.match(
        watch.states()[0]?.reason ?? '',
        /^no answer from CloudWatch: .*ECONNREFUSED|^no answer from CloudWatch: .*ECONNRESET/,
      );
      control.abort();
    });

    it('is too slow: the question is given up, and the connection with it', async () => {
      let cut = () => {};
      const hangsUp = new Promise<void>((resolve) => {
        cut = resolve;
      });
      server.instead = (_, response) => {
        response.on('close', cut);
        return true;
      };
      const clock = manualClock();
      const watch = watchGates([open(['errors-high'])], { clock, random: () => 0 });
      const control = new AbortController();
      const started = watch.start(control.signal);
      await server.received(1);
      clock.advance(10_000);
      await assert.rejects(started, /^UserError: no answer from CloudWatch, .*: no answer within 10s$/);
      await hangsUp;
      control.abort();
    });
  });
});
