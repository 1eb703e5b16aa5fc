import type { Options } from 'yargs';
import { parseDuration } from '../../shared/duration.ts';
import { parseHttpUrl } from '../../shared/gates/prometheus-target.ts';
import { type Arguments, read } from '../cli/command.ts';
import { UsageError } from '../cli/errors.ts';
import { DEFAULT_EXPECTATION, parseExpectation, type StatusExpectation } from './decide/expect.ts';

/** Which addresses are probed while pods are replaced, and how. */
export interface ProbeRequest {
  /** At least one. */
  urls: readonly URL[];
  intervalMs: number;
  timeoutMs: number;
  expected: StatusExpectation;
  /** More failed requests than this pause the run; undefined for no limit. */
  maxFailures: number | undefined;
}

const INTERVAL = { text: '100ms', ms: 100 };
/** Two requests per beat: with a shorter interval, the measurement is dominated by the operator's machine. */
const SHORTEST_INTERVAL_MS = 10;
/** A load balancer takes as long to return 504, and its response is more informative than our timeout. */
const TIMEOUT = { text: '10s', ms: 10_000 };

/** The flags, as data for a command. */
export const PROBE_OPTIONS: Readonly<Record<string, Options>> = {
  probe: {
    type: 'string',
    array: true,
    nargs: 1,
    describe:
      'Send requests to this URL continuously, over kept-alive and fresh connections and never through a proxy, and list those that fail; repeatable',
  },
  'probe-interval': {
    type: 'string',
    describe: 'Time between two pairs of requests, whether or not the previous ones were answered',
    defaultDescription: INTERVAL.text,
  },
  'probe-expect': {
    type: 'string',
    describe: 'Status codes and classes that count as success, such as 200,3xx',
    defaultDescription: DEFAULT_EXPECTATION,
  },
  'probe-timeout': {
    type: 'string',
    describe: 'Time after which a request without a complete answer has failed',
    defaultDescription: TIMEOUT.text,
  },
  'max-probe-failures': {
    type: 'string',
    describe:
      'Pause when more requests than this have failed: a rollout until it is resumed, a drain until the command is run again',
  },
};

const NEED_PROBE = ['probe-interval', 'probe-expect', 'probe-timeout', 'max-probe-failures'];

/**
 * The probes from the command line; undefined without `--probe`.
 *
 * @throws UsageError with all problems of these flags
 */
export function probeFrom(args: Arguments): ProbeRequest | undefined {
  const problems: string[] = [];
  const words = [...new Set(read.list(args, 'probe'))];
  const urls = words.flatMap((text) => {
    const url = parseHttpUrl(text);
    if (!url) problems.push(`--probe: "${text}" is not an http or https URL`);
    return url ?? [];
  });
  const request: ProbeRequest = {
    urls,
    intervalMs: durationFrom(args, 'probe-interval', INTERVAL.ms, SHORTEST_INTERVAL_MS, problems),
    timeoutMs: durationFrom(args, 'probe-timeout', TIMEOUT.ms, 1, problems),
    expected: expectedFrom(args, problems),
    maxFailures: maxFailuresFrom(args, problems),
  };
  if (words.length === 0) {
    for (const name of NEED_PROBE) {
      if (read.text(args, name) !== undefined) problems.push(`--${name}: requires --probe`);
    }
  }
  if (problems.length > 0)
    throw new UsageError(problems.join('\n'), 'for example --probe https://example.com/');
  return urls.length === 0 ? undefined : request;
}

function durationFrom(
  args: Arguments,
  name: string,
  defaultMs: number,
  leastMs: number,
  problems: string[],
): number {
  const text = read.text(args, name);
  if (text === undefined) return defaultMs;
  const durationMs = parseDuration(text);
  if (durationMs !== undefined && durationMs >= leastMs) return durationMs;
  problems.push(`--${name}: "${text}" is not a duration of ${leastMs}ms or more`);
  return defaultMs;
}

function expectedFrom(args: Arguments, problems: string[]): StatusExpectation {
  const expected = parseExpectation(read.text(args, 'probe-expect') ?? DEFAULT_EXPECTATION);
  if (typeof expected !== 'string') return expected;
  problems.push(`--probe-expect: "${expected}" is neither a status code nor a class such as 2xx`);
  return { codes: new Set(), classes: new Set() };
}

function maxFailuresFrom(args: Arguments, problems: string[]): number | undefined {
  const text = read.text(args, 'max-probe-failures');
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  problems.push(`--max-probe-failures: "${text}" is not a number of requests, such as 0 or 10`);
  return undefined;
}
