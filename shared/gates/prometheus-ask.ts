/** Two ways to Prometheus' instant query API: directly, and through the API server. */

import { UserError } from '../errors.ts';
import type { Kube } from '../kube/kube.ts';
import { get, shownUrl } from './get.ts';
import { notPrometheus, type PrometheusReply } from './prometheus-answer.ts';
import type { PrometheusTarget } from './prometheus-target.ts';
import { getThroughProxy } from './proxy.ts';

/** Runs one instant query. */
export type AskPrometheus = (query: string, signal: AbortSignal) => Promise<PrometheusReply>;

const QUERY_PATH = '/api/v1/query';
/** Thousands of series; a gate's query has few. */
const MOST_BYTES = 4 * 2 ** 20;

/** Returns how to query this target. */
export function askPrometheus(target: PrometheusTarget, kube: Kube): AskPrometheus {
  return target.kind === 'url' ? askUrl(target.url) : askService(target, kube);
}

function askUrl(base: URL): AskPrometheus {
  return async (query, signal) => {
    const url = new URL(base);
    url.pathname = `${base.pathname.replace(/(?<!\/)\/+$/, '')}${QUERY_PATH}`;
    url.searchParams.set('query', query);
    const { status, body, cut, location } = await get(url, () => MOST_BYTES, signal);
    if (cut) throw tooLong();
    if (status >= 300 && status < 400) throw notPrometheus(`${shownUrl(url)} redirects to ${location}`);
    return { status, body: parseBody(body) };
  };
}

function askService(
  { namespace, service, path }: PrometheusTarget & { kind: 'service' },
  kube: Kube,
): AskPrometheus {
  const place = { resource: 'services', namespace, name: service, path: `${path}${QUERY_PATH}` } as const;
  const where = `service ${namespace}/${service}`;
  return async (query, signal) => {
    const { status, body } = await getThroughProxy(kube, { ...place, query: { query } }, where, { signal });
    return { status, body: status === 200 ? body : proxiedBody(String(body)) };
  };
}

/**
 * Prometheus' own error. The transport's message has its beginning, after "answered 400: ". The excerpt may
 * end within the JSON text, so only its `error` is searched for.
 */
function proxiedBody(message: string): unknown {
  const body = message.slice(message.indexOf('answered'));
  const [, quoted] = /"error":"((?:[^"\\]|\\.)*)/.exec(body) ?? [];
  return quoted === undefined ? body : { status: 'error', error: unquote(quoted) };
}

function unquote(quoted: string): string {
  return quoted.replace(/\\u([0-9a-f]{4})|\\(.)/gi, (_, code: string | undefined, letter: string) =>
    code === undefined ? (letter === 'n' ? ' ' : letter) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function tooLong(): UserError {
  return new UserError(
    `Prometheus answers the query with more than ${MOST_BYTES / 2 ** 20} MB`,
    'aggregate it: sum(…), max(…) or count(…)',
  );
}
