import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  DescribeAlarmsCommand,
} from '@aws-sdk/client-cloudwatch';
import { UserError } from '../errors.ts';
import { listNames } from '../sentences.ts';
import { similarNames } from '../similar.ts';
import { VERSION } from '../version.ts';
import { type Alarm, alarmGateName, alarmGates, MOST_ALARMS } from './alarms.ts';
import { awsError } from './aws-errors.ts';
import type { GateSource } from './gate.ts';

export interface AlarmOptions {
  /** At most `MOST_ALARMS`, without duplicates. */
  names: readonly string[];
  /** Defaults to the SDK's: AWS_REGION, the profile. */
  region: string | undefined;
  /** URL of a CloudWatch endpoint, such as a VPC endpoint; defaults to the region's. */
  endpoint: string | undefined;
  /** Whether INSUFFICIENT_DATA closes the gate. */
  strict: boolean;
}

/** Passed to the credential providers: re-reads ~/.aws for each client; by default a process reads it only once. */
interface FileOptions {
  ignoreCache: boolean;
}

/** Length of the prefix for suggesting alarms for a misspelt name, and the maximum number of names looked up. */
const SAME_BEGINNING = 3;
const LOOKED_UP = 3;

/**
 * CloudWatch alarms as gates: all names in one DescribeAlarms request, with the AWS SDK's own credentials,
 * region, retries and throttling. This file loads the SDK, so it must be imported lazily.
 *
 * `check` throws a UserError for names that do not exist, until one response had all of them; an alarm that
 * is deleted later is unknown and does not affect the others.
 */
export function cloudWatchGates(options: AlarmOptions): GateSource {
  let client: CloudWatchClient | undefined;
  let complete = false;

  function letGo(): void {
    client?.destroy();
    client = undefined;
  }

  return {
    source: 'CloudWatch',
    names: options.names.map(alarmGateName),
    async check(signal) {
      client ??= openClient(options);
      const asked = client;
      try {
        const alarms = await describe(asked, { AlarmNames: [...options.names] }, signal);
        const found = new Set(alarms.map(({ AlarmName }) => AlarmName));
        const missing = options.names.filter((name) => !found.has(name));
        if (missing.length > 0 && !complete) throw await unknownAlarms(asked, missing, signal);
        complete = true;
        return alarmGates(options.names, alarms, options.strict);
      } catch (thrown) {
        const error = awsError(thrown);
        // A client keeps credentials without an expiry; the operator may have renewed them.
        if (error instanceof UserError) letGo();
        throw error;
      }
    },
    close: letGo,
  };
}

function openClient({ region, endpoint }: AlarmOptions): CloudWatchClient {
  const config: CloudWatchClientConfig & FileOptions = {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    customUserAgent: [['kubectl-zone', VERSION]],
    ignoreCache: true,
  };
  return new CloudWatchClient(config);
}

/** Metric and composite alarms; without AlarmTypes CloudWatch omits composite ones. */
async function describe(
  client: CloudWatchClient,
  which: { AlarmNames: string[] } | { AlarmNamePrefix: string },
  signal: AbortSignal,
): Promise<Alarm[]> {
  const alarms: Alarm[] = [];
  let next: string | undefined;
  do {
    const command = new DescribeAlarmsCommand({
      ...which,
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      MaxRecords: MOST_ALARMS,
      ...(next !== undefined && { NextToken: next }),
    });
    const page = await client.send(command, { abortSignal: signal });
    alarms.push(...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? []));
    next = page.NextToken;
  } while (next !== undefined && next !== '' && alarms.length < MOST_ALARMS);
  return alarms;
}

async function unknownAlarms(
  client: CloudWatchClient,
  missing: readonly string[],
  signal: AbortSignal,
): Promise<UserError> {
  const region = await client.config.region();
  const similar = await Promise.all(missing.slice(0, LOOKED_UP).map((name) => propose(client, name, signal)));
  const proposed = [...new Set(similar.flat())];
  const words = missing.length === 1 ? 'no alarm named' : 'no alarms named';
  return new UserError(
    `CloudWatch has ${words} ${listNames(missing)} in ${region}`,
    proposed.length > 0
      ? `did you mean ${proposed.join(' or ')}?`
      : 'check --pause-alarm, --alarm-region and the AWS profile: aws cloudwatch describe-alarms lists the alarms',
  );
}

/**
 * Existing alarms with the same prefix and a similar name. Best effort: without a response there are no suggestions.
 */
async function propose(
  client: CloudWatchClient,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const alarms = await describe(client, { AlarmNamePrefix: name.slice(0, SAME_BEGINNING) }, signal);
    return similarNames(
      name,
      alarms.flatMap(({ AlarmName }) => AlarmName ?? []),
    );
  } catch {
    return [];
  }
}
