import type { IncomingMessage } from 'node:http';
import type { TargetGroupSettings } from './settings.ts';
import type { CheckResult } from './target.ts';
import { type Upstream, UpstreamError } from './upstream.ts';

/** Checks a target once, by a GET on a new connection, which is closed afterwards. */
export async function checkHealth(
  upstream: Upstream,
  { path, timeoutMs }: TargetGroupSettings['healthCheck'],
): Promise<CheckResult> {
  let answer: IncomingMessage;
  try {
    answer = await upstream.exchange({
      options: { method: 'GET', path, headers: { 'user-agent': 'ELB-HealthChecker/2.0' } },
      fresh: true,
      limits: { connectTimeoutMs: timeoutMs, idleTimeoutMs: timeoutMs },
      send: (outgoing) => outgoing.end(),
    });
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return error.kind === 'timeout' ? 'timeout' : 'failed';
  }
  // The rest of the response does not matter, nor do errors in it.
  answer.on('error', () => {});
  answer.resume();
  return answer.statusCode === 200 ? 'passed' : 'mismatch';
}
