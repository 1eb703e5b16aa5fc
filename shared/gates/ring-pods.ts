/** Selects the pods to query for the ring page, and their port. */
import * as z from 'zod/mini';
import { ApiError, type Kube } from '../kube/kube.ts';
import { RESOURCES, resourcePath } from '../kube/paths.ts';
import type { RingPod } from './decide/ring/members.ts';

const Port = z.object({ name: z.optional(z.string()), containerPort: z.number() });
const Probe = z.object({ httpGet: z.optional(z.object({ port: z.union([z.string(), z.number()]) })) });
const Container = z.object({
  ports: z._default(z.array(Port), []),
  readinessProbe: z.optional(Probe),
});
const PodPorts = z.object({ spec: z.object({ containers: z.array(Container) }) });
const PodList = z.object({ items: z.array(z.unknown()) });

/** Names of the HTTP port in the charts of Cortex, Mimir, Loki and Tempo. */
const PAGE_PORTS: readonly string[] = ['http', 'http-metrics'];
const DEFAULT_PORT = 80;
/** Valid pod names (RFC 1123). */
const POD_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** The available pods, those Ready for longest first: gossip has given them most of the ring. */
export function podsToAsk(pods: readonly RingPod[]): readonly RingPod[] {
  return pods
    .filter(({ terminating, readySinceMs }) => !terminating && readySinceMs !== undefined)
    .sort((a, b) => (a.readySinceMs ?? 0) - (b.readySinceMs ?? 0) || (a.name < b.name ? -1 : 1));
}

/**
 * The port on which a pod serves its pages: the container port with this name. By default the one named `http` or
 * `http-metrics`, otherwise that of an HTTP readiness probe, otherwise the only port, otherwise 80, Cortex' default. The
 * API server's own default, the first port of a container, may be the gRPC port; and it accepts numbers only
 * (`ResourceLocation` in `pkg/registry/core/pod/strategy.go` of Kubernetes).
 *
 * @param pod from the API
 * @param wanted a port's name or number
 * @returns undefined if no container has a port with this name
 */
export function servingPort(pod: unknown, wanted: string | undefined): number | undefined {
  if (wanted !== undefined && /^\d+$/.test(wanted)) return Number(wanted);
  const parsed = z.safeParse(PodPorts, pod);
  const containers = parsed.success ? parsed.data.spec.containers : [];
  const ports = containers.flatMap((container) => container.ports);
  const named = (name: string | number) => ports.find((port) => port.name === name)?.containerPort;
  if (wanted !== undefined) return named(wanted);
  const probed = containers.flatMap(({ readinessProbe }) => readinessProbe?.httpGet?.port ?? []);
  const candidates = [
    ...PAGE_PORTS.map(named),
    ...probed.map((port) => (typeof port === 'number' ? port : named(port))),
    ports.length === 1 ? ports[0]?.containerPort : undefined,
  ];
  return candidates.find((port) => port !== undefined) ?? DEFAULT_PORT;
}

/**
 * The pod with this name, fetched as a list of one: a rollout needs permission to list pods, and none to get them.
 *
 * @returns undefined if there is none
 * @throws ApiError ConnectionError
 */
export async function findPod(
  kube: Kube,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<unknown> {
  if (!POD_NAME.test(name)) return undefined;
  const path = resourcePath({ ...RESOURCES.pods, namespace });
  const query = { fieldSelector: `metadata.name=${name}`, limit: 1 };
  return z.parse(PodList, await kube.request({ method: 'GET', path, query, signal })).items[0];
}

/** The names that no pod of the namespace has; none without permission to list pods. */
export async function namesWithoutPod(
  kube: Kube,
  namespace: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  try {
    const found = await Promise.all(names.map((name) => findPod(kube, namespace, name, signal)));
    return new Set(names.filter((_, index) => found[index] === undefined));
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return new Set();
    throw error;
  }
}
