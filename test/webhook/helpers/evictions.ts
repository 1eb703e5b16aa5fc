import type { V1Eviction } from '@kubernetes/client-node';
import { systemClock } from '../../../shared/clock.ts';
import { connect } from '../../../shared/kube/connect.ts';
import { ApiError, type Kube } from '../../../shared/kube/kube.ts';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';

/**
 * A connection for tests that send more than kubectl can.
 *
 * @param as a user to impersonate
 */
export function connectTo(kubeconfig: string, as?: string): Promise<Kube> {
  const surroundings = { env: {}, clock: systemClock, random: Math.random, interactive: false };
  return connect({ kubeconfig, as }, { ...surroundings, stderr: process.stderr, version: 'test' });
}

/** What the API server said to one eviction. */
export interface EvictionAnswer {
  pod: string;
  /** 201 when it was carried out. */
  code: number;
  message: string;
}

/** Sends one eviction; resolves whatever the answer is. */
export async function evictPod(kube: Kube, namespace: string, pod: string): Promise<EvictionAnswer> {
  const path = resourcePath({ ...RESOURCES.pods, namespace, name: pod, subresource: 'eviction' });
  const body: V1Eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } };
  try {
    await kube.request({ method: 'POST', path, body, retry: 'never' });
    return { pod, code: 201, message: '' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { pod, code: error.code, message: error.message };
  }
}
