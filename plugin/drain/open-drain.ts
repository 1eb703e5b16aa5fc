import type { Kube } from '../../shared/kube/kube.ts';
import type { Node } from '../../shared/kube/objects.ts';
import type { ConnectionState } from '../../shared/kube/watch-cache.ts';
import type { Context } from '../cli/context.ts';
import { Cordons } from './cordon.ts';
import { listDaemonSets } from './daemon-sets.ts';
import { enforcedNamespaces } from './enforced.ts';
import { DrainLeases } from './leases.ts';
import { DrainObserver, type ObservedDrain, type ObserverOptions } from './observe.ts';
import type { DrainRequest } from './request.ts';
import { watchRollouts } from './rollouts.ts';
import { watchDrain } from './watches.ts';

/** The drain's view of the cluster, with callbacks for changes. */
export interface WatchedDrain extends ObserverOptions {
  kube: Kube;
  observer: DrainObserver;
  cordons: Cordons;
  listeners: SceneListeners;
  /** The first observation without anything unclear. Rejects when the signal aborts. */
  firstLook(signal: AbortSignal): Promise<ObservedDrain>;
  stop(): Promise<void>;
}

export interface SceneListeners {
  onChange: () => void;
  /** A watch was lost or restored. */
  onConnection: (state: ConnectionState) => void;
  onProblem: (error: Error) => void;
}

/**
 * Starts the watches for a drain of these nodes.
 *
 * @param zoneBudgets whether the API server serves ZoneDisruptionBudgets
 * @throws ApiError if access is denied
 */
export async function openDrain(
  kube: Kube,
  { nodes, zoneBudgets }: { nodes: readonly Node[]; zoneBudgets: boolean },
  request: Pick<DrainRequest, 'filters' | 'removal' | 'options'>,
  { clock, random, processIdentity: process }: Pick<Context, 'clock' | 'random' | 'processIdentity'>,
): Promise<WatchedDrain> {
  const listeners: SceneListeners = { onChange: () => {}, onConnection: () => {}, onProblem: () => {} };
  const onChange = () => listeners.onChange();
  const surroundings = {
    kube,
    clock,
    random,
    onConnection: (state: ConnectionState) => listeners.onConnection(state),
    onProblem: (error: Error) => listeners.onProblem(error),
  };
  const daemonSets = await listDaemonSets(kube, clock, onChange);
  const watches = await watchDrain({ ...surroundings, zoneBudgets });
  watches.onChange(onChange);
  const rollouts = watchRollouts({ ...surroundings, onChange });
  const leases = new DrainLeases({ kube, clock, random, rollouts, watches, process, onChange });
  const cordons = new Cordons(kube);
  const targets = nodes.map(({ metadata: { name, uid } }) => ({ name, uid }));
  const enforced = enforcedNamespaces(kube, clock, onChange);
  const seen = { targets, watches, daemonSets, enforced, rollouts, leases, cordons, request };
  const observer = new DrainObserver(seen);
  return {
    ...seen,
    kube,
    observer,
    listeners,
    firstLook: (signal) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const observed = observer.look({ nowMs: clock.monotonicMs(), serverNowMs: kube.serverNowMs() });
          if (!observed.unclear) resolve(observed);
        };
        signal.throwIfAborted();
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        listeners.onChange = look;
        look();
      }),
    async stop() {
      enforced.stop();
      await Promise.all([watches.stop(), rollouts.stop()]);
    },
  };
}
