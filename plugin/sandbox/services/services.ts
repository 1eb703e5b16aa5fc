import type { Clock } from '../../../shared/clock.ts';
import type { Pod } from '../controllers/types.ts';
import type { Store } from '../store/store.ts';
import { httpPort, processesOf, SERVES } from './pod-state.ts';
import { startRing } from './ring/ring.ts';
import type { SimulatedService, StartService } from './service.ts';

const KINDS: Readonly<Record<string, StartService>> = { ring: startRing };

/** The services of all pods of a sandbox. */
export interface PodServices {
  /** What listens on this port of the pod; undefined when nothing does. */
  listening(pod: Pod, port: number): SimulatedService | undefined;
  stop(): void;
}

/** Starts every kind of service. A pod serves what its annotation `serves` names, for as long as its containers run. */
export function startServices(store: Store, clock: Clock): PodServices {
  const services = new Map(Object.entries(KINDS).map(([kind, start]) => [kind, start(store, clock)]));
  return {
    listening(pod, port) {
      if (processesOf(pod) !== 'running' || port !== httpPort(pod)) return undefined;
      return services.get(pod.metadata.annotations?.[SERVES] ?? '');
    },
    stop() {
      for (const service of services.values()) service.stop();
    },
  };
}
