import type { Options } from 'yargs';
import { parseDuration } from '../../shared/duration.ts';
import { MOST_ALARMS } from '../../shared/gates/alarms.ts';
import { GATE_TIMES } from '../../shared/gates/gate.ts';
import { parseHttpUrl, parsePrometheusTarget, TARGET_FORMS } from '../../shared/gates/prometheus-target.ts';
import type { AlarmRequest, GateRequest } from '../../shared/gates/request.ts';
import { type Arguments, read } from '../cli/command.ts';
import { RING_OPTIONS, ringFrom } from './ring-options.ts';

/** CloudWatch allows an account a few requests a second, for all its users together. */
const SHORTEST_INTERVAL_MS = 1_000;
/** CloudWatch's own limit. */
const LONGEST_ALARM_NAME = 255;

/** The flags, as data for a command. */
export const GATE_OPTIONS: Readonly<Record<string, Options>> = {
  'pause-alarm': {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'Wait while this CloudWatch alarm (metric or composite) is in ALARM; repeatable',
  },
  'strict-alarms': { type: 'boolean', describe: 'Also wait while an alarm has INSUFFICIENT_DATA' },
  'ignore-alarm': { type: 'boolean', describe: 'Ignore the state of all alarms' },
  'alarm-region': {
    type: 'string',
    describe: 'AWS region of the alarms; by default that of the environment',
  },
  'alarm-endpoint': {
    type: 'string',
    describe: 'URL of the CloudWatch endpoint; by default that of the region',
  },
  'gate-prometheus': {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'Wait while this query returns anything but 0, like an alert expression; repeatable',
  },
  'prometheus-url': {
    type: 'string',
    describe: `Address of Prometheus: ${TARGET_FORMS}, the latter through the API server`,
  },
  'gate-http': {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'Wait unless this URL answers 2xx; redirects are not followed; repeatable',
  },
  ...RING_OPTIONS,
  'gate-interval': {
    type: 'string',
    describe: 'Maximum age of a gate result; it is checked again before that, also while the rollout waits',
    default: `${GATE_TIMES.freshForMs / 1000}s`,
  },
  'gate-timeout': {
    type: 'string',
    describe: 'Time within which a gate must answer; otherwise the rollout waits',
    default: `${GATE_TIMES.timeoutMs / 1000}s`,
  },
};

/** The flags' values, or all problems, each of which names its flag. */
export function gatesFrom(args: Arguments): GateRequest | { problems: readonly string[] } {
  const problems: string[] = [];
  const request: GateRequest = {
    alarms: alarmsFrom(args, problems),
    prometheus: prometheusFrom(args, problems),
    http: httpFrom(args, problems),
    ring: ringFrom(args, problems),
    intervalMs: intervalFrom(args, problems),
    timeoutMs: timeoutFrom(args, problems),
  };
  return problems.length > 0 ? { problems } : request;
}

function alarmsFrom(args: Arguments, problems: string[]): AlarmRequest {
  const names = unique(read.list(args, 'pause-alarm'));
  for (const name of names) {
    if (name.trim() === '') problems.push('--pause-alarm: the name of the alarm is empty');
    if (name.length > LONGEST_ALARM_NAME) {
      problems.push(`--pause-alarm: "${name.slice(0, 40)}…" is longer than ${LONGEST_ALARM_NAME} characters`);
    }
  }
  if (names.length > MOST_ALARMS) {
    problems.push(
      `--pause-alarm: ${names.length} alarms are more than CloudWatch describes in one request (${MOST_ALARMS})`,
    );
  }
  const region = read.text(args, 'alarm-region');
  if (region !== undefined && !/^[a-z]+(-[a-z]+)+-\d+$/.test(region)) {
    problems.push(`--alarm-region: "${region}" is not a region, such as eu-west-1`);
  }
  const endpoint = read.text(args, 'alarm-endpoint');
  if (endpoint !== undefined && !parseHttpUrl(endpoint)) {
    problems.push(`--alarm-endpoint: "${endpoint}" is not an http or https URL`);
  }
  const strict = read.flag(args, 'strict-alarms');
  const ignore = read.flag(args, 'ignore-alarm');
  if (strict && ignore) problems.push('--strict-alarms: cannot be combined with --ignore-alarm');
  return { names, region, endpoint, strict, ignore };
}

function prometheusFrom(args: Arguments, problems: string[]): GateRequest['prometheus'] {
  const queries = unique(read.list(args, 'gate-prometheus'));
  if (queries.some((query) => query.trim() === '')) problems.push('--gate-prometheus: the query is empty');
  const text = read.text(args, 'prometheus-url');
  const target = text === undefined ? undefined : parsePrometheusTarget(text);
  if (text !== undefined && !target) problems.push(`--prometheus-url: "${text}" is neither ${TARGET_FORMS}`);
  if (text === undefined && queries.length > 0) problems.push('--gate-prometheus: requires --prometheus-url');
  if (text !== undefined && queries.length === 0)
    problems.push('--prometheus-url: requires --gate-prometheus');
  return { queries, target };
}

function httpFrom(args: Arguments, problems: string[]): URL[] {
  return unique(read.list(args, 'gate-http')).flatMap((text) => {
    const url = parseHttpUrl(text);
    if (!url) problems.push(`--gate-http: "${text}" is not an http or https URL`);
    return url ?? [];
  });
}

function intervalFrom(args: Arguments, problems: string[]): number {
  const text = read.text(args, 'gate-interval');
  if (text === undefined) return GATE_TIMES.freshForMs;
  const intervalMs = parseDuration(text);
  if (intervalMs !== undefined && intervalMs >= SHORTEST_INTERVAL_MS) return intervalMs;
  problems.push(`--gate-interval: "${text}" is not a duration of 1s or more, such as 10s`);
  return GATE_TIMES.freshForMs;
}

function timeoutFrom(args: Arguments, problems: string[]): number {
  const text = read.text(args, 'gate-timeout');
  if (text === undefined) return GATE_TIMES.timeoutMs;
  const timeoutMs = parseDuration(text);
  if (timeoutMs !== undefined && timeoutMs > 0) return timeoutMs;
  problems.push(`--gate-timeout: "${text}" is not a duration above 0, such as 10s`);
  return GATE_TIMES.timeoutMs;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
