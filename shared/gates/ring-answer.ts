/** The response of the server behind `--ring`, and what the operator must fix. Pure. */

import { UserError } from '../errors.ts';
import { oneLine } from '../format.ts';
import { parseRingPage, type RingPage } from './decide/ring/page.ts';
import type { ProxyReply } from './proxy.ts';

const LONGEST_TEXT = 160;

/**
 * The pages differ between products and versions: https://grafana.com/docs/mimir/latest/references/http-api/,
 * https://grafana.com/docs/loki/latest/reference/loki-http-api/, https://grafana.com/docs/tempo/latest/api_docs/,
 * https://cortexmetrics.io/docs/api/. Ingesters of Cortex and Tempo had no page at first, only the components that
 * query them (https://github.com/cortexproject/cortex/issues/3284).
 */
const FIX =
  "--ring needs the path of the ring page on the workload's own pods: /ingester/ring (Mimir, Tempo), /ring (Loki), /store-gateway/ring, …; Cortex serves the ingesters' ring on its distributors, not on its ingesters: name their Service, svc:NAMESPACE/distributor:PORT/ring";

/**
 * Extracts the ring page from a response.
 *
 * @param where the response is from, for messages
 * @throws UserError for a page that does not exist, may not be read, is not JSON or has no ring
 * @throws Error if the server cannot respond now
 */
export function ringPageIn({ status, body }: ProxyReply, where: string): RingPage {
  if (status === 408 || status === 429 || status >= 500) {
    throw new Error(`${where} answered ${status}${excerpt(body)}`);
  }
  if (status === 401 || status === 403) throw new UserError(`${where} refuses access: ${status}`);
  if (status !== 200) throw notThere(where, `it answered ${status}`);
  const page = parseRingPage(body);
  if (page) return page;
  throw notThere(where, wrongKind(body));
}

/** The error for a page that is not the workload's ring. */
export function notThere(where: string, what: string): UserError {
  return new UserError(`${where} is not a hash ring page: ${what}`, FIX);
}

function wrongKind(body: unknown): string {
  if (typeof body === 'string' && /^\s*</.test(body)) {
    return 'it answered with HTML instead of JSON, as other pages and old versions do';
  }
  if (typeof body === 'object' && body !== null && 'partitions' in body) {
    return 'it shows partitions, which have no instances';
  }
  return `unexpected answer${excerpt(body)}`;
}

function excerpt(body: unknown): string {
  const text = typeof body === 'string' ? oneLine(body.slice(0, 4 * LONGEST_TEXT)).replace(/\s+/g, ' ') : '';
  if (text === '') return '';
  return `: ${text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`}`;
}
