/** The version of Kubernetes, and which version-dependent features it has. */
import * as z from 'zod/mini';
import type { Kube } from './kube.ts';

export interface ServerVersion {
  /** As returned by the API server: `v1.36.0`. */
  text: string;
  /** 36 for 1.36. */
  minor: number;
}

/**
 * The minor version from which the feature is enabled by default.
 *
 * Discovery and OpenAPI do not show it: both list types and fields whether or not their feature gate is
 * enabled. A 1.29 server lists `preStop.sleep` and drops it; what an admission plugin adds, such as the zone
 * label, is not listed; `unhealthyPodEvictionPolicy` is served by every supported version. Zones never depend
 * on the version: they are read from the nodes or from the pods' labels.
 *
 * - supported: the oldest version that the tests run on. The webhook's pods sleep before they terminate
 *   (PodLifecycleSleepAction).
 * - podZoneLabels: a bound pod gets its node's zone label (PodTopologyLabelsAdmission).
 */
export const SINCE = { supported: 30, podZoneLabels: 35 } as const;

const Version = z.object({ gitVersion: z.string(), minor: z.string() });

/** @throws ApiError, ConnectionError; ZodError if the response is not from a Kubernetes API server */
export async function readServerVersion(kube: Kube, signal?: AbortSignal): Promise<ServerVersion> {
  const answer = await kube.request({ method: 'GET', path: '/version', ...(signal && { signal }) });
  const { gitVersion, minor } = Version.parse(answer);
  // Some providers return "30+".
  return { text: gitVersion, minor: Number.parseInt(minor, 10) };
}

/** Why the server version is not supported; undefined if it is. */
export function tooOld({ text, minor }: ServerVersion): string | undefined {
  if (minor >= SINCE.supported) return undefined;
  return `Kubernetes ${text} is too old: kubectl-zone needs 1.${SINCE.supported} or newer`;
}
