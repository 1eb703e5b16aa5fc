import type { Kube } from '../../../shared/kube/kube.ts';
import { readPod } from '../../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';
import { watchCache } from '../../../shared/kube/watch-cache.ts';
import type { Context } from '../../cli/context.ts';
import { type Fleet, fleetOf } from './fleet.ts';
import type { Demand, Side } from './scenario.ts';
import { NAMESPACES, NEW_IMAGE } from './workloads.ts';

/** The ingesters of one side, as any client of the API sees them. */
export interface FleetWatch {
  /** Resolves as soon as the fleet meets the condition. Rejects when the signal aborts. */
  until(wanted: (fleet: Fleet) => boolean, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** @param onChange called on every change, first when the pods are known */
export async function watchFleet(
  kube: Kube,
  side: Side,
  demand: Demand,
  { clock, random }: Pick<Context, 'clock' | 'random'>,
  onChange: (fleet: Fleet) => void = () => {},
): Promise<FleetWatch> {
  const path = resourcePath({ ...RESOURCES.pods, namespace: NAMESPACES[side] });
  const pods = watchCache({ kube, path, parse: readPod, clock, random });
  const look = () => fleetOf(pods.items.values(), NEW_IMAGE, demand);
  try {
    await pods.synced;
  } catch (error) {
    await pods.stop();
    throw error;
  }
  onChange(look());
  pods.onChange(() => onChange(look()));
  return {
    async until(wanted, signal) {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const check = () => {
        if (wanted(look())) resolve();
      };
      const onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      const unlisten = pods.onChange(check);
      check();
      try {
        await promise;
      } finally {
        unlisten();
        signal.removeEventListener('abort', onAbort);
      }
    },
    stop: () => pods.stop(),
  };
}
