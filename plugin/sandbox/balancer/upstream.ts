import { Agent, type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import type { Clock } from '../../../shared/clock.ts';
import type { PodNetwork } from '../services/http/network.ts';

/** No usable response from a target: it refused or broke the connection, or did not respond in time. */
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
  /** Use a new connection, closed afterwards. */
  fresh?: boolean;
  /** Sends the request's body, and ends it. */
  send(outgoing: ClientRequest): void;
}

/** A load balancer's kept-alive connections to one target. */
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
   * Sends one request and resolves with the headers of the response. There are no retries: a load balancer cannot know
   * whether the target has begun to process the request.
   *
   * @throws UpstreamError
   */
  exchange({ options, limits, fresh = false, send }: Exchange): Promise<IncomingMessage> {
    const route = this.network.route(this.podIP, this.port);
    if (route.kind === 'gone') return this.nobody(limits);
    // Node replaces port 0 by 80.
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

  /** Closes the connections and aborts their requests. */
  close(): void {
    this.agent.destroy();
    for (const giveUp of this.unanswered) giveUp();
  }

  /** An unused address does not respond, not even with a reset. */
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
