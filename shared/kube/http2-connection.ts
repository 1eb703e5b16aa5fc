import { once } from 'node:events';
import * as http2 from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { type Answer, type Connection, type Exchange, WireError } from './wire.ts';

/** Keep-alive settings. With the defaults, a server that vanished, or a laptop that slept, is detected within 25 s. */
export interface Heartbeat {
  /** Interval of pings while exchanges are in progress; also sent before use after this much idle time. */
  pingEveryMs: number;
  /** The connection is considered dead if a ping is not answered within this time. */
  pongWithinMs: number;
}

export const HEARTBEAT: Heartbeat = { pingEveryMs: 15_000, pongWithinMs: 10_000 };

/** Flow-control windows large enough to receive a list of thousands of pods without a round trip for every 64 KB. */
const STREAM_WINDOW_BYTES = 4 << 20;
const SESSION_WINDOW_BYTES = 16 << 20;
const SESSION_MEMORY_MB = 128;

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = http2.constants;

/**
 * Speaks HTTP/2 over an open socket, with many concurrent exchanges that can end independently. After a
 * GOAWAY it is no longer `usable`; exchanges in progress may complete.
 *
 * node:http2 and not undici, because undici 8 does not detect unanswered pings: a watch on a connection that
 * died silently would never end. It also opened four sessions for 400 concurrent requests where one suffices.
 */
export async function openHttp2(
  socket: Socket,
  server: URL,
  clock: Clock,
  heartbeat: Heartbeat = HEARTBEAT,
): Promise<Connection> {
  const session = http2.connect(server.origin, {
    createConnection: () => socket,
    maxSessionMemory: SESSION_MEMORY_MB,
    settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
  });
  await once(session, 'connect');
  session.setLocalWindowSize(SESSION_WINDOW_BYTES);
  return superviseSession(session, server, clock, heartbeat);
}

function superviseSession(
  session: http2.ClientHttp2Session,
  server: URL,
  clock: Clock,
  heartbeat: Heartbeat,
): Connection {
  let underWay = 0;
  let lastHeardMs = clock.monotonicMs();
  let cancelPing: (() => void) | undefined;
  let pinging: Promise<void> | undefined;
  let broken: string | undefined;
  let lastProcessedId = Number.POSITIVE_INFINITY;

  session.on('error', (error: Error) => {
    broken ??= error.message;
  });
  // Node closes the session on a GOAWAY; streams that the server still serves may complete.
  session.on('goaway', (_code: number, lastStreamId: number) => {
    lastProcessedId = lastStreamId;
  });
  session.on('close', () => cancelPing?.());

  function failure(stream: http2.ClientHttp2Stream | undefined, cause?: unknown): WireError {
    const id = stream?.id;
    const refused = stream?.rstCode === NGHTTP2_REFUSED_STREAM;
    const sent = id !== undefined && !refused && id <= lastProcessedId;
    const why = broken ?? (cause instanceof Error ? cause.message : 'connection closed');
    return new WireError(`lost the connection to ${server.origin}: ${why}`, { sent, cause });
  }

  /** Without an error, streams would end as if their bodies were complete. */
  function breakOff(why: string): void {
    broken ??= why;
    session.destroy(new Error(why));
  }

  /** Resolves when the server answers a ping; destroys the session otherwise. */
  function ping(): Promise<void> {
    pinging ??= new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        breakOff(`no answer for ${heartbeat.pongWithinMs / 1000} s`);
        reject(failure(undefined));
      };
      const cancel = clock.schedule(heartbeat.pongWithinMs, giveUp);
      const onPong = (error: Error | null) => {
        cancel();
        if (error === null) lastHeardMs = clock.monotonicMs();
        if (error === null) resolve();
        else reject(failure(undefined, error));
      };
      if (session.destroyed || !session.ping(onPong)) onPong(new Error('connection closed'));
    }).finally(() => {
      pinging = undefined;
    });
    return pinging;
  }

  function keepPinging(): void {
    cancelPing?.();
    cancelPing = clock.schedule(heartbeat.pingEveryMs, () => {
      cancelPing = undefined;
      if (underWay === 0 || session.destroyed) return;
      ping().then(keepPinging, () => {});
    });
  }

  function begin(): void {
    underWay += 1;
    if (underWay === 1) keepPinging();
  }

  function end(): void {
    underWay -= 1;
    if (underWay > 0) return;
    cancelPing?.();
    cancelPing = undefined;
  }

  function open({ method, path, headers, body, signal }: Exchange): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const pseudo = { ':method': method, ':path': path, ':scheme': 'https', ':authority': server.host };
      let stream: http2.ClientHttp2Stream;
      try {
        stream = session.request({ ...pseudo, ...headers }, { endStream: body === undefined });
      } catch (error) {
        return reject(failure(undefined, error));
      }
      begin();
      const onAbort = () => stream.close(NGHTTP2_CANCEL);
      signal.addEventListener('abort', onAbort, { once: true });
      let lastError: unknown;
      stream.on('error', (error) => {
        lastError = error;
      });
      stream.on('close', () => {
        signal.removeEventListener('abort', onAbort);
        end();
        reject(signal.aborted ? signal.reason : failure(stream, lastError));
      });
      stream.on('response', (answered) => {
        lastHeardMs = clock.monotonicMs();
        resolve({
          status: Number(answered[':status']),
          header: (name) => headerText(answered[name]),
          body: readBody(stream, signal, () => failure(stream, lastError)),
        });
      });
      if (body !== undefined) stream.end(body);
    });
  }

  return {
    get usable() {
      return !session.closed && !session.destroyed;
    },
    get closed() {
      return session.destroyed;
    },
    async exchange(exchange) {
      exchange.signal.throwIfAborted();
      if (clock.monotonicMs() - lastHeardMs > heartbeat.pingEveryMs) await ping();
      exchange.signal.throwIfAborted();
      return open(exchange);
    },
    retire: () => session.close(),
    destroy() {
      breakOff('closed by us');
    },
  };
}

async function* readBody(
  stream: http2.ClientHttp2Stream,
  signal: AbortSignal,
  failure: () => WireError,
): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of stream) yield chunk;
  } catch (error) {
    throw signal.aborted ? signal.reason : error instanceof WireError ? error : failure();
  }
  if (signal.aborted) throw signal.reason;
  // A reset or a lost connection ends the stream like a complete body does; only the code differs.
  if (stream.rstCode !== NGHTTP2_NO_ERROR) throw failure();
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
