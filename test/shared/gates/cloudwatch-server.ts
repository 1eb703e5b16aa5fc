import type { ServerResponse } from 'node:http';
import { type Incoming, type LocalServer, startLocalServer } from './local-server.ts';

/** An alarm as CloudWatch sends it; times are seconds since the epoch. */
export interface ServedAlarm {
  AlarmName: string;
  StateValue: string;
  StateReason?: string;
  StateUpdatedTimestamp?: number;
  composite?: boolean;
}

/** The fields of a DescribeAlarms request. */
export interface DescribeAlarms {
  AlarmNames?: string[];
  AlarmNamePrefix?: string;
  AlarmTypes?: string[];
  MaxRecords?: number;
  NextToken?: string;
}

/** A CloudWatch that knows DescribeAlarms only, in the protocol that the SDK speaks: AWS JSON 1.0. */
export interface CloudWatchServer extends LocalServer {
  alarms: ServedAlarm[];
  /** What was asked, in order. */
  asked(): DescribeAlarms[];
  /** Answers instead of the alarms while it returns true. */
  instead: (request: DescribeAlarms, response: ServerResponse) => boolean;
  /** Alarms on one page of an answer, whatever the request allows. */
  pageSize: number;
}

export async function startCloudWatch(alarms: ServedAlarm[]): Promise<CloudWatchServer> {
  const server = await startLocalServer((request, response) => answer(request, response));
  const cloudWatch: CloudWatchServer = {
    ...server,
    alarms,
    asked: () => server.requests.map(({ body }) => JSON.parse(body) as DescribeAlarms),
    instead: () => false,
    pageSize: 100,
  };

  function answer({ headers, body }: Incoming, response: ServerResponse): void {
    if (headers['x-amz-target'] !== 'GraniteServiceVersion20100801.DescribeAlarms') {
      awsFailure(response, 404, 'UnknownOperationException', 'not served here');
      return;
    }
    const wanted = JSON.parse(body) as DescribeAlarms;
    if (cloudWatch.instead(wanted, response)) return;
    const { AlarmNames, AlarmNamePrefix = '', AlarmTypes = ['MetricAlarm'] } = wanted;
    const chosen = cloudWatch.alarms.filter(
      ({ AlarmName, composite }) =>
        (AlarmNames?.includes(AlarmName) ?? AlarmName.startsWith(AlarmNamePrefix)) &&
        AlarmTypes.includes(composite ? 'CompositeAlarm' : 'MetricAlarm'),
    );
    const from = Number(wanted.NextToken ?? 0);
    const to = from + Math.min(cloudWatch.pageSize, wanted.MaxRecords ?? 50);
    const page = chosen.slice(from, to);
    const plain = page.map(({ composite: _, ...alarm }) => alarm);
    awsJson(response, 200, {
      MetricAlarms: plain.filter((_, index) => !page[index]?.composite),
      CompositeAlarms: plain.filter((_, index) => page[index]?.composite),
      ...(to < chosen.length && { NextToken: String(to) }),
    });
  }
  return cloudWatch;
}

/** An error as AWS JSON 1.0 has it. */
export function awsFailure(response: ServerResponse, status: number, type: string, message: string): void {
  awsJson(response, status, { __type: `com.amazonaws.cloudwatch#${type}`, message });
}

function awsJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}
