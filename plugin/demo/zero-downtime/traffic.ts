import type { Clock } from '../../../shared/clock.ts';
import { freshClient, type HttpClient, keptAliveClient } from './client.ts';
import { CONNECTIONS, type Connection, counted, NOTHING, type Tally } from './tally.ts';

/** Clients that go on asking. */
export interface Traffic {
  /** Requests that begin from now on are counted apart. */
  begin(): Count;
  /** Stops asking and gives up what is under way; resolves when all requests have ended. */
  stop(): Promise<void>;
}

/** The requests of a time. */
export interface Count {
  /** Of those that have ended so far. */
  readonly tally: Tally;
  /** Lets no more requests in; resolves with the tally once all of them have ended. */
  end(): Promise<Tally>;
}

export interface TrafficOptions {
  port: number;
  /** Of our time, half of them over fresh connections. */
  requestsPerSecond: number;
  /** Keeps the rhythm. */
  pace: Clock;
  /** Measures how long requests take. */
  clock: Clock;
}

const TICK_MS = 10;
/** Enough that slow answers do not keep others waiting. */
const KEPT_CONNECTIONS = 200;
/** What a pause of the process may leave to be caught up with; the rest is not asked at all. */
const MOST_AT_ONCE = 20;

interface Part {
  tally: Tally;
  open: number;
  /** To be called once nothing is open. */
  onIdle: (() => void)[];
}

/** Asks at a steady rate, however long answers take, as many independent clients do. */
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
    const beganMs = clock.nowMs();
    into.open += 1;
    parts.add(into);
    void clients[connection].get().then((code) => {
      into.tally = counted(into.tally, { connection, code, tookMs: clock.nowMs() - beganMs });
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
