/** The two ways to a ring page: the pods of the workload, and a Service. Both lead through the API server. */
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import type { RingPod } from '../../shared/ring/members.ts';
import type { RingPage } from '../../shared/ring/page.ts';
import { UserError } from '../errors.ts';
import { ringPageIn } from './ring-answer.ts';
import { findPod, podsToAsk, servingPort } from './ring-pods.ts';
import { getThroughProxy } from './ring-proxy.ts';
import type { RingTarget } from './ring-target.ts';

/** The workload whose pods are in the ring. */
export interface RingWorkload {
  namespace: string;
  /** All its pods as they are now. */
  pods(): readonly RingPod[];
}

/** Fetches the page once. */
export type AskRing = (signal: AbortSignal) => Promise<RingPage>;

/** So many pods are asked, one after the other, until one answers; each has its share of the time. */
const MOST_PODS = 3;

/**
 * How to fetch the page.
 *
 * @param timeoutMs after which the whole question is given up
 */
export function askRing(target: RingTarget, kube: Kube, workload: RingWorkload, timeoutMs: number): AskRing {
  return target.kind === 'service'
    ? askService(target, kube, timeoutMs)
    : askPods(target, kube, workload, timeoutMs);
}

function askService(
  { namespace, service, path }: RingTarget & { kind: 'service' },
  kube: Kube,
  timeoutMs: number,
): AskRing {
  const where = `${path} of service ${namespace}/${service}`;
  return async (signal) => {
    const place = { resource: 'services', namespace, name: service, path } as const;
    const reply = await getThroughProxy(kube, place, { timeoutMs, signal }).catch((error: unknown) => {
      throw refusal(error, 'services', namespace, where);
    });
    return ringPageIn(reply, where);
  };
}

/** From the first pod that answers. What only the operator can mend is told by the first that says so. */
function askPods(
  { tls, path, port: wanted }: RingTarget & { kind: 'pods' },
  kube: Kube,
  { namespace, pods }: RingWorkload,
  timeoutMs: number,
): AskRing {
  const portOf = new Map<string, number>();

  const findPort = async ({ name, uid }: RingPod, signal: AbortSignal): Promise<number> => {
    const known = portOf.get(uid);
    if (known !== undefined) return known;
    const port = servingPort(await findPod(kube, namespace, name, signal), wanted);
    if (port === undefined) {
      throw new UserError(
        `--ring: no container of pod ${name} has a port named "${wanted}"`,
        `kubectl -n ${namespace} get pod ${name} -o jsonpath={.spec.containers[*].ports} shows them`,
      );
    }
    portOf.set(uid, port);
    return port;
  };

  const askPod = async (pod: RingPod, signal: AbortSignal): Promise<RingPage> => {
    const where = `${path} of pod ${pod.name}`;
    try {
      const name = `${tls ? 'https:' : ''}${pod.name}:${await findPort(pod, signal)}`;
      const place = { resource: 'pods', namespace, name, path } as const;
      const reply = await getThroughProxy(kube, place, { timeoutMs: timeoutMs / MOST_PODS, signal });
      return ringPageIn(reply, where);
    } catch (error) {
      throw refusal(error, 'pods', namespace, where);
    }
  };

  return async (signal) => {
    const asked = podsToAsk(pods()).slice(0, MOST_PODS);
    const failures: Error[] = [];
    for (const pod of asked) {
      try {
        return await askPod(pod, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof UserError || !(error instanceof Error)) throw error;
        failures.push(error);
      }
    }
    const reasons = failures.map(({ message }) => message);
    throw new Error(reasons.join('; ') || 'none of its pods is available to be asked', {
      cause: new AggregateError(failures),
    });
  };
}

/** What an error of the API server means, as opposed to one of the server behind it; others as they are. */
function refusal(error: unknown, resource: string, namespace: string, where: string): unknown {
  if (!(error instanceof ApiError)) return error;
  const message = `the API server does not lead to ${where}: ${error.message}`;
  if (error.code === 401 || error.code === 403) {
    return new UserError(message, `your user needs the verb get on ${resource}/proxy in ${namespace}`, error);
  }
  if (resource === 'services' && (error.code === 400 || error.code === 404)) {
    return new UserError(message, `kubectl -n ${namespace} get services lists what there is`, error);
  }
  return new Error(message, { cause: error });
}
