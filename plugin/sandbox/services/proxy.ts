/** The subresource `proxy` of pods and services, served by simulated pods. */
import type { Catalog } from '../api/catalog.ts';
import { badRequest, StatusError } from '../api/errors.ts';
import type { ApiRequest, Reply } from '../api/message.ts';
import type { Objects } from '../api/objects.ts';
import { PODS } from '../api/resources.ts';
import { isReady, isTerminating } from '../controllers/pods.ts';
import type { Pod } from '../controllers/types.ts';
import { type Fields, fieldsAt, isFields } from '../store/object.ts';
import { portsOf } from './pod-state.ts';
import type { PodServices } from './services.ts';

/** A path below `/api/v1/namespaces/NS/(pods|services)/[SCHEME:]NAME[:PORT]/proxy`. */
interface ProxyTarget {
  resource: 'pods' | 'services';
  namespace: string;
  name: string;
  /** Empty if none is given. */
  port: string;
  /** The rest of the path, at least `/`. */
  path: string;
}

interface ProxyParts {
  objects: Objects;
  catalog: Catalog;
  services: PodServices;
}

const PROXY = /^\/api\/v1\/namespaces\/([^/]+)\/(pods|services)\/([^/]+)\/proxy(\/.*)?$/;

/** Whether a path is served by a pod. */
export function isProxied(path: string): boolean {
  return PROXY.test(path);
}

function parseProxyPath(path: string): ProxyTarget | undefined {
  const [, namespace, resource, id = '', rest = '/'] = PROXY.exec(path) ?? [];
  if (namespace === undefined) return undefined;
  const parts = decodeURIComponent(id).split(':');
  const [, name = '', port = ''] = parts.length > 2 ? parts : ['', ...parts];
  return {
    resource: resource === 'pods' ? 'pods' : 'services',
    namespace: decodeURIComponent(namespace),
    name,
    port,
    path: decodeURIComponent(rest),
  };
}

/**
 * Passes a request to a pod, like the API server: `ResourceLocation` in `pkg/registry/core/pod/strategy.go` and in
 * `pkg/registry/core/service/storage` of Kubernetes find the pod.
 *
 * @returns undefined for a path that is not proxied
 * @throws StatusError 404 for an unknown object, 400 for a pod without address, 503 if nothing listens
 */
export function proxy(parts: ProxyParts, request: ApiRequest): Reply | undefined {
  const target = parseProxyPath(request.path);
  if (!target) return undefined;
  const { pod, port } = target.resource === 'pods' ? podFor(parts, target) : endpointFor(parts, target);
  const { podIP } = pod.status;
  if (podIP === undefined) throw badRequest('address not allowed');
  const service = parts.services.listening(pod, port);
  if (!service) {
    throw unavailable(
      `error trying to reach service: dial tcp ${podIP}:${port}: connect: connection refused`,
    );
  }
  const { method, query, accept } = request;
  const { code, body, headers } = service.answer(pod, { method, path: target.path, query, accept });
  return { kind: 'text', code, text: body, headers };
}

function podFor({ objects, catalog }: ProxyParts, { namespace, name, port }: ProxyTarget) {
  const resource = catalog.find('', 'v1', 'pods');
  if (!resource) throw new TypeError('the sandbox always serves pods');
  const pod = objects.get(resource, namespace, name) as Pod;
  const number = port === '' ? (portsOf(pod)[0]?.number ?? 80) : Number(port);
  // The real server does not resolve port names either, and fails when it connects.
  if (Number.isNaN(number)) throw unavailable(`error trying to reach service: lookup ${port}: unknown port`);
  return { pod, port: number };
}

function endpointFor({ objects, catalog }: ProxyParts, { namespace, name, port }: ProxyTarget) {
  const resource = catalog.find('', 'v1', 'services');
  if (!resource) throw new TypeError('the sandbox always serves services');
  const spec = fieldsAt(objects.get(resource, namespace, name), 'spec');
  const ports = Array.isArray(spec.ports) ? spec.ports.filter(isFields) : [];
  const servicePort = ports.find((each) => isNamed(each, port));
  if (!servicePort && /^\d+$/.test(port)) {
    throw unavailable(`no service port ${port} found for service "${name}"`);
  }
  const pod = readyPods(objects, namespace, fieldsAt(spec, 'selector'))[0];
  if (!servicePort || !pod) throw unavailable(`no endpoints available for service "${name}"`);
  return { pod, port: targetPort(pod, servicePort) };
}

function isNamed(port: Fields, wanted: string): boolean {
  return /^\d+$/.test(wanted) ? port.port === Number(wanted) : (port.name ?? '') === wanted;
}

/** The sandbox has no Endpoints: it evaluates the selector instead. */
function readyPods(objects: Objects, namespace: string, selector: Fields): Pod[] {
  const wanted = Object.entries(selector);
  if (wanted.length === 0) return [];
  return objects.store
    .list(PODS, namespace)
    .map((object) => object as Pod)
    .filter((pod) => isReady(pod) && !isTerminating(pod))
    .filter((pod) => wanted.every(([label, value]) => pod.metadata.labels?.[label] === value));
}

function targetPort(pod: Pod, { port, targetPort: target = port }: Fields): number {
  if (typeof target === 'number') return target;
  return portsOf(pod).find(({ name }) => name === target)?.number ?? Number(port);
}

function unavailable(message: string): StatusError {
  return new StatusError(503, 'ServiceUnavailable', message);
}
