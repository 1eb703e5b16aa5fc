import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Clock, delay } from '../clock.ts';
import { createConnector } from './connector.ts';
import { CredentialError, type Credentials } from './credentials.ts';
import { abortable, startDeadline } from './deadline.ts';
import type { Credential, Endpoint } from './endpoint.ts';
import type { Heartbeat } from './http2-connection.ts';
import { ConnectionError, type Kube, type KubeRequest, type WatchEvent, type WatchRequest } from './kube.ts';
import { isJudgeable, waitBeforeRetryMs } from './retry.ts';
import { ServerClock } from './server-clock.ts';
import { answerError } from './status.ts';
import { readWatch } from './watch-stream.ts';
import { whyRefused } from './why-refused.ts';
import type { Answer, OutgoingHeaders } from './wire.ts';

export interface TransportOptions {
  endpoint: Endpoint;
  credentials: Credentials;
  /** Sent with every request: User-Agent and impersonation. */
  headers: OutgoingHeaders;
  namespace: string;
  user: string;
  /** For requests without their own, 30 s by default. */
  timeoutMs?: number | undefined;
  /** Whether the server may compress long responses; true by default. */
  compression?: boolean | undefined;
  clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  random: () => number;
  /** Changed only in tests and sandboxes. */
  heartbeat?: Heartbeat;
  /**
   * A watch without any event, bookmarks included, for this long is considered broken; 150 s by default. API
   * servers send bookmarks about once a minute.
   */
  idleTimeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
const IDLE_TIMEOUT_MS = 150_000;
/** The server ends a watch after a random time in this range, so that watches do not all restart together. */
const WATCH_SECONDS = { min: 300, max: 600 };

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

const decompress = promisify(gunzip);

/** A Kube over HTTP/2, or keep-alive HTTP/1.1 if the server does not support it. Connects on the first request. */
export function createTransport(options: TransportOptions): Kube {
  const { endpoint, credentials, clock, random } = options;
  const connector = createConnector(endpoint, clock, options.heartbeat);
  const basePath = endpoint.url.pathname.replace(/\/$/, '');
  const server = endpoint.url.href.replace(/\/$/, '');
  const serverClock = new ServerClock(clock);

  /** Whether the server has ever accepted our credentials. */
  let accepted = false;

  /**
   * One attempt: sent once, and once more with renewed credentials after a 401.
   *
   * @param progress what is being waited for, for timeout messages
   * @throws CredentialError if the server no longer accepts any, although it did before
   */
  async function attempt(request: Outgoing, signal: AbortSignal, progress: Progress): Promise<Answer> {
    progress.waitsFor = 'credentials';
    const credential = await abortable(credentials.current(), signal);
    progress.waitsFor = 'server';
    const answer = await send(request, credential, signal);
    if (answer.status !== 401) {
      accepted = true;
      return answer;
    }
    progress.waitsFor = 'credentials';
    const renewed = await abortable(credentials.renew(credential), signal);
    progress.waitsFor = 'server';
    if (renewed === undefined) return refused(answer, credential, request);
    await readText(answer);
    const again = await send(request, renewed, signal);
    if (again.status === 401) return refused(again, renewed, request);
    accepted = true;
    return again;
  }

  /** A 401 from a service behind the API server's proxy is not about our credentials. */
  async function refused(answer: Answer, credential: Credential, request: Outgoing): Promise<never> {
    const error = toError(answer, await readText(answer), request);
    if (!accepted || error.reason !== 'Unauthorized') throw error;
    const why = whyRefused(credential, clock.nowMs());
    throw new CredentialError(
      `${server} no longer accepts the credentials of the ${credentials.source}` +
        ` (401${why === undefined ? '' : `: ${why}`})`,
      error,
    );
  }

  const lateText = ({ waitsFor }: Progress, timeoutMs: number) =>
    waitsFor === 'credentials'
      ? `the ${credentials.source} has returned no credentials within ${timeoutMs / 1000} s`
      : `${server} did not answer within ${timeoutMs / 1000} s`;

  async function send(request: Outgoing, credential: Credential, signal: AbortSignal): Promise<Answer> {
    const sentMs = clock.monotonicMs();
    const { authorization } = credential;
    const answer = await connector.exchange(credential, {
      method: request.method,
      path: basePath + request.path,
      headers: {
        ...options.headers,
        ...request.headers,
        ...(authorization !== undefined && { authorization }),
      },
      body: request.body,
      signal,
    });
    serverClock.observe(answer.header('date'), sentMs);
    return answer;
  }

  async function answerOrThrow(request: Outgoing, signal: AbortSignal, progress: Progress): Promise<unknown> {
    const answer = await attempt(request, signal, progress);
    const body = await readText(answer);
    if (answer.status >= 200 && answer.status < 300) return parseBody(body, answer, request);
    throw toError(answer, body, request);
  }

  function toError(answer: Answer, body: string, request: Outgoing) {
    return answerError({
      code: answer.status,
      body,
      what: `${request.method} ${request.path}`,
      retryAfter: answer.header('retry-after'),
      nowMs: serverClock.nowMs(),
    });
  }

  async function request(wanted: KubeRequest): Promise<unknown> {
    const timeoutMs = wanted.timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS;
    const endsAtMs = clock.monotonicMs() + timeoutMs;
    const progress: Progress = { waitsFor: 'server' };
    const late = () => new ConnectionError(lateText(progress, timeoutMs));
    const deadline = startDeadline(clock, timeoutMs, late, wanted.signal);
    const compression = options.compression !== false;
    const outgoing = toOutgoing(wanted, compression);
    try {
      for (let count = 1; ; count += 1) {
        try {
          return await answerOrThrow(outgoing, deadline.signal, progress);
        } catch (error) {
          if (!isJudgeable(error)) throw error;
          const waitMs = waitBeforeRetryMs({
            error,
            method: wanted.method,
            retry: wanted.retry ?? 'safe',
            attempt: count,
            remainingMs: endsAtMs - clock.monotonicMs(),
            random: random(),
          });
          if (waitMs === undefined) throw error;
          await delay(clock, waitMs, deadline.signal);
        }
      }
    } finally {
      deadline.clear();
    }
  }

  async function* watch(wanted: WatchRequest): AsyncGenerator<WatchEvent, void> {
    const { min, max } = WATCH_SECONDS;
    const outgoing = toOutgoing({
      method: 'GET',
      path: wanted.path,
      query: {
        allowWatchBookmarks: true,
        timeoutSeconds: Math.round(min + random() * (max - min)),
        ...wanted.query,
        watch: true,
        resourceVersion: wanted.resourceVersion,
      },
    });
    const idleMs = options.idleTimeoutMs ?? IDLE_TIMEOUT_MS;
    const progress: Progress = { waitsFor: 'server' };
    const late = () =>
      new ConnectionError(
        progress.waitsFor === 'credentials'
          ? lateText(progress, idleMs)
          : `watch of ${wanted.path} silent for ${idleMs / 1000} s`,
      );
    const idle = startDeadline(clock, idleMs, late, wanted.signal);
    try {
      const answer = await attempt(outgoing, idle.signal, progress);
      if (answer.status !== 200) throw toError(answer, await readText(answer), outgoing);
      idle.restart();
      wanted.onOpen?.();
      for await (const event of readWatch(answer.body)) {
        idle.restart();
        yield event;
        idle.restart();
      }
    } finally {
      idle.end();
    }
  }

  return {
    server,
    namespace: options.namespace,
    user: options.user,
    request,
    watch,
    serverNowMs: () => serverClock.nowMs(),
    async close() {
      credentials.close();
      connector.destroy();
    },
  };
}

/** What an exchange waits for, for timeout messages. */
interface Progress {
  waitsFor: 'credentials' | 'server';
}

interface Outgoing {
  method: string;
  path: string;
  headers: OutgoingHeaders;
  body: string | undefined;
}

function toOutgoing(request: KubeRequest, compression = false): Outgoing {
  const { method, path, query, body, patch } = request;
  const contentType = method === 'PATCH' ? PATCH_TYPES[patch ?? 'merge'] : 'application/json';
  return {
    method,
    path: path + queryText(path, query),
    headers: {
      accept: 'application/json',
      ...(compression && method === 'GET' && { 'accept-encoding': 'gzip' }),
      ...(body !== undefined && { 'content-type': contentType }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  };
}

function queryText(path: string, query: KubeRequest['query']): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  const text = parameters.toString();
  if (text === '') return '';
  return `${path.includes('?') ? '&' : '?'}${text}`;
}

async function readText(answer: Answer): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  const packed = answer.header('content-encoding') === 'gzip';
  return (packed ? await decompress(whole) : whole).toString('utf8');
}

/** JSON, or plain text from endpoints such as `/healthz`. */
function parseBody(body: string, answer: Answer, request: Outgoing): unknown {
  if (body === '') return undefined;
  if (!(answer.header('content-type') ?? '').includes('json')) return body;
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new ConnectionError(`${request.method} ${request.path}: the answer is not JSON`, { cause: error });
  }
}
