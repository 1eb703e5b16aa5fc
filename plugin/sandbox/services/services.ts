import type { Clock } from '../../../shared/clock.ts';
import type { Pod } from '../controllers/types.ts';
import type { Store } from '../store/store.ts';
import { startHttp } from './http/http.ts';
import { PodAddresses, type PodNetwork } from './http/network.ts';
import { httpPort, processesOf, SERVES } from './pod-state.ts';
import { startRing } from './ring/ring.ts';
import type { SimulatedService } from './service.ts';

/** The services of all pods of a sandbox. */
export interface PodServices {
  /** The service on this port of the pod; undefined if nothing listens. */
  listening(pod: Pod, port: number): SimulatedService | undefined;
  /** Addresses of services that are real servers, not only pages behind the API server's proxy. */
  readonly network: PodNetwork;
  stop(): void;
}

/** Starts every kind of service. A pod provides the service in its annotation `serves` while its containers run. */
export function startServices(store: Store, clock: Clock): PodServices {
  const network = new PodAddresses();
  const services = new Map<string, SimulatedService>([
    ['ring', startRing(store, clock)],
    ['http', startHttp(store, clock, network)],
  ]);
  return {
    network,
    listening(pod, port) {
      if (processesOf(pod) !== 'running' || port !== httpPort(pod)) return undefined;
      return services.get(pod.metadata.annotations?.[SERVES] ?? '');
    },
    stop() {
      for (const service of services.values()) service.stop();
    },
  };
}
