import { Agent, type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import type { Clock } from '../../../shared/clock.ts';
import type { PodNetwork } from '../services/http/network.ts';

/** No usable answer of a target: it refused or broke the connection, or did not answer in time. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly kind: 'broken' | 'timeout';

  constructor(kind: 'broken' | 'timeout', options?: ErrorOptions) {
    super(kind === 'broken' ? 'the target broke the connection' : 'the target did not answer', options);
    this.kind = kind;
  }
}

export interface Limits {
  connectTimeoutMs: number;
  idleTimeoutMs: number;
}

export interface Exchange {
  options: Pick<RequestOptions, 'method' | 'path' | 'headers'>;
  limits: Limits;
  /** Over a connection of its own, closed afterwards. */
  fresh?: boolean;
  /** Sends the request's body, and ends it. */
  send(outgoing: ClientRequest): void;
}

/** A load balancer's way to one target, over connections that are kept alive. */
export class Upstream {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly network: PodNetwork;
  private readonly clock: Clock;
  private readonly unanswered = new Set<() => void>();
  private readonly podIP: string;
  private readonly port: number;

  constructor(network: PodNetwork, clock: Clock, podIP: string, port: number) {
    this.network = network;
    this.clock = clock;
    this.podIP = podIP;
    this.port = port;
  }

  /**
   * Sends one request and resolves with the head of the answer. Nothing is tried twice: a load balancer cannot know
   * whether the target has begun to act on it.
   *
   * @throws UpstreamError
   */
  exchange({ options, limits, fresh = false, send }: Exchange): Promise<IncomingMessage> {
    const route = this.network.route(this.podIP, this.port);
    if (route.kind === 'gone') return this.nobody(limits);
    // Node takes port 0 for 80.
    if (route.port === 0) return Promise.reject(new UpstreamError('broken'));
    return new Promise((resolve, reject) => {
      const agent = fresh ? false : this.agent;
      const outgoing = request({ host: '127.0.0.1', port: route.port, agent, ...options });
      const cancel = this.clock.schedule(limits.idleTimeoutMs, () => {
        reject(new UpstreamError('timeout'));
        outgoing.destroy();
      });
      outgoing.on('response', (incoming) => {
        cancel();
        resolve(incoming);
      });
      outgoing.on('error', (cause) => {
        cancel();
        reject(new UpstreamError('broken', { cause }));
      });
      send(outgoing);
    });
  }

  /** Closes the connections, with the requests that are still on them. */
  close(): void {
    this.agent.destroy();
    for (const giveUp of this.unanswered) giveUp();
  }

  /** Nothing answers at an address that nobody has, not even a reset. */
  private nobody({ connectTimeoutMs }: Limits): Promise<never> {
    return new Promise((_resolve, reject) => {
      const giveUp = () => {
        cancel();
        this.unanswered.delete(giveUp);
        reject(new UpstreamError('timeout'));
      };
      const cancel = this.clock.schedule(connectTimeoutMs, giveUp);
      this.unanswered.add(giveUp);
    });
  }
}
