/** Two ways to a ring page: the workload's pods, and a Service. Both go through the API server. */

import { UserError } from '../errors.ts';
import type { Kube } from '../kube/kube.ts';
import type { RingPod } from './decide/ring/members.ts';
import type { RingPage } from './decide/ring/page.ts';
import { getThroughProxy } from './proxy.ts';
import { ringPageIn } from './ring-answer.ts';
import { findPod, podsToAsk, servingPort } from './ring-pods.ts';
import type { RingTarget } from './ring-target.ts';

/** The workload whose pods are in the ring. */
export interface RingWorkload {
  namespace: string;
  /** All its current pods. */
  pods(): readonly RingPod[];
}

/** Fetches the page once. */
export type AskRing = (signal: AbortSignal) => Promise<RingPage>;

/** At most this many pods are tried, one after the other, until one responds; each gets its share of the time. */
const MOST_PODS = 3;

/**
 * Returns how to fetch the page.
 *
 * @param timeoutMs time limit for the entire request
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
    const page = { resource: 'services', namespace, name: service, path } as const;
    return ringPageIn(await getThroughProxy(kube, page, where, { timeoutMs, signal }), where);
  };
}

/** From the first pod that responds. The first error that only the operator can fix is reported. */
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
    const found = await findPod(kube, namespace, name, signal);
    if (found === undefined) throw new Error(`pod ${name} no longer exists`);
    const port = servingPort(found, wanted);
    if (port === undefined) {
      throw new UserError(
        `--ring: no container of pod ${name} has a port named "${wanted}"`,
        `list its ports: kubectl -n ${namespace} get pod ${name} -o jsonpath={.spec.containers[*].ports}`,
      );
    }
    portOf.set(uid, port);
    return port;
  };

  const askPod = async (pod: RingPod, signal: AbortSignal): Promise<RingPage> => {
    const where = `${path} of pod ${pod.name}`;
    const name = `${tls ? 'https:' : ''}${pod.name}:${await findPort(pod, signal)}`;
    const page = { resource: 'pods', namespace, name, path } as const;
    const shareMs = timeoutMs / MOST_PODS;
    return ringPageIn(await getThroughProxy(kube, page, where, { timeoutMs: shareMs, signal }), where);
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
    throw new Error(reasons.join('; ') || 'none of its pods is available', {
      cause: new AggregateError(failures),
    });
  };
}
