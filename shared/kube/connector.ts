import type { Clock } from '../clock.ts';
import { abortable, startDeadline } from './deadline.ts';
import { type Dialled, dial } from './dial.ts';
import type { Credential, Endpoint } from './endpoint.ts';
import { openHttp1 } from './http1-connection.ts';
import { HEARTBEAT, type Heartbeat, openHttp2 } from './http2-connection.ts';
import { type Answer, type Connection, type Exchange, WireError } from './wire.ts';

/** Keeps one connection to an endpoint open, and opens another when it breaks or the client certificate changes. */
export interface Connector {
  exchange(credential: Credential, exchange: Exchange): Promise<Answer>;
  destroy(): void;
}

/**
 * Limit for connecting and the TLS handshake. Leaves time for another attempt within a request's 30 s when an
 * address drops packets.
 */
const DIAL_TIMEOUT_MS = 12_000;

export function createConnector(
  endpoint: Endpoint,
  clock: Clock,
  heartbeat: Heartbeat = HEARTBEAT,
): Connector {
  const open = new Set<Connection>();
  const closing = new AbortController();
  let current: { credential: Credential; connection: Promise<Connection>; settled?: Connection } | undefined;

  async function dialNew(credential: Credential, protocols: Dialled['protocol'][]): Promise<Dialled> {
    const late = () =>
      new WireError(`cannot connect to ${endpoint.url.origin}: no answer in ${DIAL_TIMEOUT_MS / 1000} s`, {
        sent: false,
      });
    const deadline = startDeadline(clock, DIAL_TIMEOUT_MS, late, closing.signal);
    try {
      return await dial(endpoint, credential, protocols, deadline.signal);
    } finally {
      deadline.clear();
    }
  }

  async function connect(credential: Credential): Promise<Connection> {
    const dialled = await dialNew(credential, ['h2', 'http/1.1']);
    const connection =
      dialled.protocol === 'h2'
        ? await openHttp2(dialled.socket, endpoint.url, clock, heartbeat)
        : openHttp1(
            endpoint.url,
            startingWith(dialled, () => dialNew(credential, ['http/1.1'])),
          );
    open.add(connection);
    return connection;
  }

  async function connectionFor(credential: Credential): Promise<Connection> {
    if (current !== undefined && isReusable(current, credential)) return current.connection;
    current?.settled?.retire();
    for (const connection of open) if (connection.closed) open.delete(connection);
    const entry: NonNullable<typeof current> = { credential, connection: connect(credential) };
    current = entry;
    entry.connection.then(
      (connection) => {
        entry.settled = connection;
        if (closing.signal.aborted) connection.destroy();
        else if (current !== entry) connection.retire();
      },
      () => {
        if (current === entry) current = undefined;
      },
    );
    return entry.connection;
  }

  return {
    async exchange(credential, exchange) {
      const connection = await abortable(connectionFor(credential), exchange.signal);
      return connection.exchange(exchange);
    },
    destroy() {
      closing.abort(
        new WireError('the connection to the API server was closed', { sent: false, final: true }),
      );
      for (const connection of open) connection.destroy();
      open.clear();
    },
  };
}

function isReusable(
  entry: { credential: Credential; settled?: Connection },
  { cert, key }: Credential,
): boolean {
  const sameIdentity = entry.credential.cert === cert && entry.credential.key === key;
  return sameIdentity && (entry.settled?.usable ?? true);
}

/** The first socket was dialled to negotiate the protocol; it is used before any other is opened. */
function startingWith(first: Dialled, dialMore: () => Promise<Dialled>) {
  let spare: Dialled['socket'] | undefined = first.socket;
  const drop = () => {
    spare = undefined;
  };
  first.socket.once('error', drop).once('close', drop);
  return async () => {
    const socket = spare;
    spare = undefined;
    return socket ?? (await dialMore()).socket;
  };
}
