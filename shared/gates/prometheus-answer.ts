/** The response of Prometheus' instant query API, and its meaning for a gate. Pure. */
import * as z from 'zod/mini';
import { UserError } from '../errors.ts';
import { oneLine } from '../format.ts';
import type { GateState } from '../rollout/decide/types.ts';

/** A raw response: the body parsed if it is JSON, otherwise as text. */
export interface PrometheusReply {
  status: number;
  body: unknown;
}

const Sample = z.tuple([z.number(), z.string()]);
const Series = z.object({
  metric: z.record(z.string(), z.string()),
  value: z.optional(Sample),
});
const Success = z.object({
  status: z.literal('success'),
  data: z.object({ resultType: z.string(), result: z.unknown() }),
  warnings: z.optional(z.array(z.string())),
});
const Failure = z.object({ status: z.literal('error'), error: z.string() });

type Series = z.infer<typeof Series>;
type Verdict = Omit<GateState, 'name'>;

const LONGEST_TEXT = 200;
/** Prometheus before 3 includes advice about the query in the warnings; it does not invalidate a result. */
const ADVICE = 'PromQL info:';

/**
 * Judges a response like an alert expression: open if no series is returned, or only zeros, otherwise closed.
 * A series with any other value closes, including NaN, and so does a native histogram. An open result with a
 * warning is unknown: a warning means that some of the data could not be read.
 *
 * @throws UserError if the query is wrong (400, 422, not an instant query), access is denied, or the server
 * is not Prometheus
 * @throws Error if Prometheus cannot respond now
 */
export function judgeReply({ status, body }: PrometheusReply): Verdict {
  const failure = z.safeParse(Failure, body);
  if (failure.success) {
    const message = brief(failure.data.error);
    if (status === 400 || status === 422) throw new UserError(`Prometheus refuses the query: ${message}`);
    throw new Error(`${status}: ${message}`);
  }
  if (status === 401 || status === 403) {
    throw new UserError(
      `Prometheus refuses access: ${status}`,
      'put user and password into --prometheus-url, or use the API server: svc:NAMESPACE/NAME:PORT',
    );
  }
  if (status === 408 || status === 429 || status >= 500)
    throw new Error(`it answered ${status}${excerpt(body)}`);
  const success = z.safeParse(Success, body);
  if (!success.success) throw notPrometheus(`it answered ${status}${excerpt(body)}`);
  const { data, warnings = [] } = success.data;
  const verdict = judgeResult(data.resultType, data.result);
  const warning = warnings.find((text) => !text.startsWith(ADVICE));
  if (verdict.state !== 'open' || warning === undefined) return verdict;
  return { state: 'unknown', reason: `${verdict.reason}, but Prometheus warns: ${brief(warning)}` };
}

/** The error for a server that does not respond like Prometheus. */
export function notPrometheus(what: string): UserError {
  return new UserError(
    `--prometheus-url is not a Prometheus API: ${what}`,
    'give the base URL of /api/v1/query, with its path prefix if it has one',
  );
}

function judgeResult(resultType: string, result: unknown): Verdict {
  if (resultType === 'scalar') {
    const [, value] = parse(Sample, result);
    const reason = `the query returns ${value}`;
    return { state: Number(value) === 0 ? 'open' : 'closed', reason };
  }
  if (resultType === 'vector') return judgeSeries(parse(z.array(Series), result));
  throw new UserError(
    `the query for a gate must return an instant vector or a scalar, not a ${oneLine(resultType)}`,
    resultType === 'matrix'
      ? 'put a function around the range, such as rate(…) or max_over_time(…)'
      : undefined,
  );
}

function judgeSeries(series: readonly Series[]): Verdict {
  if (series.length === 0) return { state: 'open', reason: 'the query returns nothing' };
  const closing = series.filter(({ value }) => value === undefined || Number(value[1]) !== 0);
  const [first] = closing;
  if (!first) return { state: 'open', reason: 'the query returns only 0' };
  const more = closing.length > 1 ? ` and ${closing.length - 1} more` : '';
  return { state: 'closed', reason: `${describe(first)}${more}` };
}

/** `errors{job="ingester"} is 0.2`; labels in the order returned, which Prometheus sorts. */
function describe({ metric, value }: Series): string {
  const { __name__: metricName = '', ...labels } = metric;
  const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  const shown = `${metricName}${pairs.length > 0 || metricName === '' ? `{${pairs.join(', ')}}` : ''}`;
  return `${brief(shown)} is ${value === undefined ? 'a histogram' : value[1]}`;
}

function parse<Schema extends z.core.$ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = z.safeParse(schema, value);
  if (!parsed.success) throw notPrometheus('the result does not match its type');
  return parsed.data;
}

function excerpt(body: unknown): string {
  const text = typeof body === 'string' ? brief(body) : '';
  return text === '' ? '' : `: ${text}`;
}

function brief(text: string): string {
  const line = oneLine(text.slice(0, 4 * LONGEST_TEXT)).replace(/\s+/g, ' ');
  return line.length <= LONGEST_TEXT ? line : `${line.slice(0, LONGEST_TEXT)}…`;
}
