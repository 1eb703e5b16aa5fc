import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../../shared/clock.ts';
import { PODS } from '../../api/resources.ts';
import { isTerminating } from '../../controllers/pods.ts';
import { preStopMs } from '../../controllers/pre-stop.ts';
import { PREFIX, parseDurationMs } from '../../controllers/simulation.ts';
import type { Pod } from '../../controllers/types.ts';
import type { Store } from '../../store/store.ts';
import { httpPort, processesOf, SERVES } from '../pod-state.ts';
import type { PodResponse, SimulatedService } from '../service.ts';
import type { PodAddresses } from './network.ts';
import { type PodServer, startPodServer } from './server.ts';

/** A pod's server, and its pending timers. */
interface Served {
  podIP: string;
  port: number;
  server: PodServer;
  /** Undefined until the pod is being deleted. */
  cancelTerm: (() => void) | undefined;
}

/**
 * Real HTTP servers on loopback ports for all pods that serve `http`. Every path returns 200 with the pod's name, after
 * the delay in the annotation `answer`, none by default.
 *
 * A server listens while its containers run. When its pod is deleted and the preStop hook has finished it gets SIGTERM:
 * it stops listening and still serves its open connections, until its process ends and resets them.
 */
export function startHttp(store: Store, clock: Clock, addresses: PodAddresses): SimulatedService {
  const servers = new Map<string, Served>();

  const start = (pod: Pod, uid: string, podIP: string) => {
    const port = httpPort(pod);
    const answerMs = parseDurationMs(pod.metadata.annotations?.[`${PREFIX}answer`] ?? '') ?? 0;
    const reply = (incoming: IncomingMessage, outgoing: ServerResponse) => {
      incoming.resume();
      const { code, headers, body } = pageOf(pod);
      const send = () => outgoing.writeHead(code, headers).end(body);
      if (answerMs === 0) send();
      else clock.schedule(answerMs, send);
    };
    addresses.join(podIP);
    const server = startPodServer(reply, (loopbackPort) => addresses.open(podIP, port, loopbackPort));
    servers.set(uid, { podIP, port, server, cancelTerm: undefined });
  };

  const terminate = ({ podIP, port, server }: Served) => {
    addresses.close(podIP, port);
    server.stopListening();
  };

  const end = (uid: string, served: Served) => {
    servers.delete(uid);
    served.cancelTerm?.();
    terminate(served);
    served.server.kill();
  };

  const unsubscribe = store.subscribe(({ resource, type, object }) => {
    if (resource !== PODS || object.metadata.annotations?.[SERVES] !== 'http') return;
    const pod = object as Pod;
    const { uid = '' } = pod.metadata;
    const { podIP } = pod.status;
    const served = servers.get(uid);
    const runs = type !== 'DELETED' && processesOf(pod) === 'running';
    if (served && !runs) end(uid, served);
    if (type === 'DELETED' && podIP !== undefined) addresses.leave(podIP);
    if (!runs || podIP === undefined) return;
    if (!served && !isTerminating(pod)) start(pod, uid, podIP);
    if (served && isTerminating(pod)) {
      served.cancelTerm ??= clock.schedule(preStopMs(pod), () => terminate(served));
    }
  });

  return {
    answer: pageOf,
    stop() {
      unsubscribe();
      for (const [uid, served] of servers) end(uid, served);
    },
  };
}

function pageOf({ metadata, spec }: Pod): PodResponse {
  return {
    code: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: `${metadata.name} ${spec.containers[0]?.image ?? ''}\n`,
  };
}
