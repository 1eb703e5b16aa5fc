/** Which Kubernetes this is, and what it offers of what not every supported version has. */
import * as z from 'zod/mini';
import type { Kube } from './kube.ts';

export interface ServerVersion {
  /** As the API server writes it: `v1.36.0`. */
  text: string;
  /** The 36 of 1.36. */
  minor: number;
}

/**
 * The minor version from which on the API server does so by default.
 *
 * Discovery and OpenAPI cannot tell instead: both list types and fields, which a server has whether their feature is
 * switched on or not. A 1.29 lists `preStop.sleep` and drops it; what an admission plugin adds, as the zone's label, is
 * listed nowhere; `unhealthyPodEvictionPolicy` is served by every supported version. Zones themselves are never taken from
 * the version: they are read from the nodes, or from the labels that the pods have.
 *
 * - supported: the oldest that the tests run on. The webhook's pods sleep before they end (PodLifecycleSleepAction).
 * - podZoneLabels: a pod that is bound gets the zone's label of its node (PodTopologyLabelsAdmission).
 */
export const SINCE = { supported: 30, podZoneLabels: 35 } as const;

const Version = z.object({ gitVersion: z.string(), minor: z.string() });

/** @throws ApiError, ConnectionError; ZodError where something else answers */
export async function readServerVersion(kube: Kube, signal?: AbortSignal): Promise<ServerVersion> {
  const answer = await kube.request({ method: 'GET', path: '/version', ...(signal && { signal }) });
  const { gitVersion, minor } = Version.parse(answer);
  // Some providers write "30+".
  return { text: gitVersion, minor: Number.parseInt(minor, 10) };
}

/** Why a server will not do, in words; undefined for one that is supported. */
export function tooOld({ text, minor }: ServerVersion): string | undefined {
  if (minor >= SINCE.supported) return undefined;
  return `Kubernetes ${text} is too old: kubectl-zone needs 1.${SINCE.supported} or newer`;
}
