import { Agent, request } from 'node:https';
import { type Fields, fieldsAt, isFields } from '../store/object.ts';

/** Sends an AdmissionReview to a webhook and returns its `response`. */
export type WebhookCaller = (webhook: Fields, review: object) => Promise<Fields>;

const DEFAULT_TIMEOUT_S = 10;
const MAX_ANSWER_BYTES = 1 << 20;

/**
 * A caller with its own connections; `close` ends them.
 *
 * `clientConfig.url` is called with the configuration's caBundle. The sandbox has no service network, so
 * `clientConfig.service` fails like a name that cannot be resolved.
 */
export function webhookCaller(): { call: WebhookCaller; close(): void } {
  const agent = new Agent({ keepAlive: true });
  return { call: (webhook, review) => post(agent, webhook, review), close: () => agent.destroy() };
}

async function post(agent: Agent, webhook: Fields, review: object): Promise<Fields> {
  const timeoutS = typeof webhook.timeoutSeconds === 'number' ? webhook.timeoutSeconds : DEFAULT_TIMEOUT_S;
  const config = fieldsAt(webhook, 'clientConfig');
  const url = new URL(typeof config.url === 'string' ? config.url : serviceUrl(fieldsAt(config, 'service')));
  url.searchParams.set('timeout', `${timeoutS}s`);
  try {
    if (typeof config.url !== 'string') throw new Error(`dial tcp: lookup ${url.hostname}: no such host`);
    const ca = typeof config.caBundle === 'string' ? Buffer.from(config.caBundle, 'base64') : undefined;
    return readResponse(await send(agent, url, ca, timeoutS * 1000, JSON.stringify(review)));
  } catch (error) {
    throw new Error(`failed to call webhook: Post "${url.href}": ${(error as Error).message}`);
  }
}

function send(
  agent: Agent,
  url: URL,
  ca: Buffer | undefined,
  timeoutMs: number,
  body: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      agent,
      ...(ca ? { ca } : {}),
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(timeoutMs),
    });
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      incoming.on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length;
        if (sizeBytes > MAX_ANSWER_BYTES) outgoing.destroy(new Error('the answer is too large'));
        else chunks.push(chunk);
      });
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (incoming.statusCode === 200) resolve(text);
        else
          reject(new Error(`an error on the server ("${text}") has prevented the request from succeeding`));
      });
    });
    outgoing.on('error', (error) =>
      reject(
        error.name === 'AbortError' || error.name === 'TimeoutError'
          ? new Error('context deadline exceeded')
          : error,
      ),
    );
    outgoing.end(body);
  });
}

function readResponse(text: string): Fields {
  const review: unknown = JSON.parse(text);
  const response = isFields(review) ? review.response : undefined;
  if (!isFields(response)) throw new Error('expected response.uid, got none');
  return response;
}

function serviceUrl(service: Fields): string {
  const port = typeof service.port === 'number' ? service.port : 443;
  return `https://${service.name}.${service.namespace}.svc:${port}${String(service.path ?? '/')}`;
}
