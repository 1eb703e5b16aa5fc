import type { DrainOptions } from '../../../plugin/drain/decide/types.ts';
import { DrainDriver } from '../../../plugin/drain/driver.ts';
import type { DrainEnd } from '../../../plugin/drain/driver-options.ts';
import type { DrainEvent } from '../../../plugin/drain/events.ts';
import { openDrain, type WatchedDrain } from '../../../plugin/drain/open-drain.ts';
import type { DrainFilters } from '../../../plugin/drain/request.ts';
import { fetchTargets } from '../../../plugin/drain/targets.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import type { RemovalWay } from '../../../shared/removals/pod-removal.ts';
import type { ManualClock } from '../../helpers/manual-clock.ts';
import { NO_FLAGS } from './builders.ts';
import { type FakeCluster, settle } from './fake-cluster.ts';

const SETTINGS: DrainOptions = {
  zoneOrder: [],
  maxNodes: undefined,
  soakMs: 0,
  pendingMs: 60_000,
  ignoreBroken: [],
};
const WAY: RemovalWay = { disableEviction: false, gracePeriodSeconds: undefined };

export interface DrainProcessOptions {
  clock: ManualClock;
  /** Names of the nodes to drain. */
  nodes: readonly string[];
  filters?: Partial<DrainFilters>;
  options?: Partial<DrainOptions>;
  pid?: number;
}

/** A process that drains nodes of a cluster in memory. */
export interface DrainProcess {
  driver: DrainDriver;
  watched: WatchedDrain;
  events: DrainEvent[];
  ended: Promise<DrainEnd>;
  typed<T extends DrainEvent['type']>(type: T): Extract<DrainEvent, { type: T }>[];
  /** SIGKILL: nothing that it does reaches the API server any more. */
  kill(): void;
}

/** Starts a drain, and waits until it has done what needs no time. */
export async function startDrain(
  cluster: FakeCluster,
  { clock, nodes: names, filters, options, pid = 1 }: DrainProcessOptions,
): Promise<DrainProcess> {
  let isDead = false;
  const kube: Kube = {
    ...cluster.kube,
    request: (request) => (isDead ? new Promise(() => {}) : cluster.kube.request(request)),
  };
  const settings = { ...SETTINGS, ...options };
  const processIdentity = { host: 'laptop', user: 'anna', pid };
  const surroundings = { clock, random: () => 0.5, processIdentity };
  const nodes = await fetchTargets(kube, { names, selector: undefined, zones: [] });
  const request = { filters: { ...NO_FLAGS, ...filters }, removal: WAY, options: settings };
  const watched = await openDrain(kube, { nodes, zoneBudgets: true }, request, surroundings);
  const events: DrainEvent[] = [];
  const driver = new DrainDriver({
    ...watched,
    ...surroundings,
    options: settings,
    removal: WAY,
    reporter: { report: (event) => void events.push(event), close: async () => {} },
  });
  watched.listeners.onChange = () => driver.wake();
  watched.listeners.onConnection = () => driver.wake();
  const ended = driver.run();
  await settle();
  return {
    driver,
    watched,
    events,
    ended,
    typed: <T extends DrainEvent['type']>(type: T) =>
      events.filter((event): event is Extract<DrainEvent, { type: T }> => event.type === type),
    kill: () => {
      isDead = true;
    },
  };
}

/** Time passes in steps in which Leases are renewed. */
export async function pass(clock: ManualClock, delayMs: number): Promise<void> {
  for (let leftMs = delayMs; leftMs > 0; leftMs -= 5_000) {
    clock.advance(Math.min(5_000, leftMs));
    await settle();
  }
}
