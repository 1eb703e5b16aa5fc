import type { Clock } from '../../../shared/clock.ts';
import { freshClient, type HttpClient, keptAliveClient } from './client.ts';
import { CONNECTIONS, type Connection, counted, NOTHING, type Tally } from './tally.ts';

/** Clients that send requests continuously. */
export interface Traffic {
  /** Counts requests that begin from now on separately. */
  begin(): Count;
  /** Stops sending and cancels requests in flight; resolves when all requests have ended. */
  stop(): Promise<void>;
}

/** The requests of a period. */
export interface Count {
  /** The requests completed so far. */
  readonly tally: Tally;
  /** Adds no more requests; resolves with the tally once all of them have ended. */
  end(): Promise<Tally>;
}

export interface TrafficOptions {
  port: number;
  /** In real time, half of them over new connections. */
  requestsPerSecond: number;
  /** Paces the requests. */
  pace: Clock;
  /** Measures how long requests take. */
  clock: Clock;
}

const TICK_MS = 10;
/** Enough that slow responses do not delay other requests. */
const KEPT_CONNECTIONS = 200;
/** How many requests may be caught up with after a pause of the process; the others are skipped. */
const MOST_AT_ONCE = 20;

interface Part {
  tally: Tally;
  open: number;
  /** Called once no request is open. */
  onIdle: (() => void)[];
}

/** Sends requests at a constant rate, however long responses take, like many independent clients. */
export function startTraffic({ port, requestsPerSecond, pace, clock }: TrafficOptions): Traffic {
  const clients: Record<Connection, HttpClient> = {
    fresh: freshClient(port),
    'kept-alive': keptAliveClient(port, KEPT_CONNECTIONS),
  };
  const newPart = (): Part => ({ tally: NOTHING, open: 0, onIdle: [] });
  const parts = new Set<Part>();
  let part = newPart();
  let asked = 0;
  let owed = 0;
  let lastMs = pace.nowMs();

  const ask = (connection: Connection, into: Part) => {
    const beganMs = clock.monotonicMs();
    into.open += 1;
    parts.add(into);
    void clients[connection].get().then((code) => {
      into.tally = counted(into.tally, { connection, code, tookMs: clock.monotonicMs() - beganMs });
      into.open -= 1;
      if (into.open > 0) return;
      parts.delete(into);
      for (const resolve of into.onIdle.splice(0)) resolve();
    });
  };

  const tick = () => {
    cancel = pace.schedule(TICK_MS, tick);
    const nowMs = pace.nowMs();
    owed = Math.min(owed + ((nowMs - lastMs) * requestsPerSecond) / 1000, MOST_AT_ONCE);
    lastMs = nowMs;
    for (; owed >= 1; owed -= 1) {
      ask(CONNECTIONS[asked % CONNECTIONS.length] ?? 'fresh', part);
      asked += 1;
    }
  };
  let cancel = pace.schedule(TICK_MS, tick);

  const idle = (which: Part) =>
    new Promise<void>((resolve) => {
      if (which.open === 0) resolve();
      else which.onIdle.push(resolve);
    });

  return {
    begin() {
      const own = newPart();
      part = own;
      return {
        get tally() {
          return own.tally;
        },
        async end() {
          if (part === own) part = newPart();
          await idle(own);
          return own.tally;
        },
      };
    },
    async stop() {
      cancel();
      for (const client of Object.values(clients)) client.close();
      await Promise.all([...parts].map(idle));
    },
  };
}
