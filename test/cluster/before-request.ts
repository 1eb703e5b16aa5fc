import type { Kube, KubeRequest } from '../../shared/kube/kube.ts';

/** Which of the requests of a rollout of a Deployment. */
export type WhichRequest = (request: KubeRequest) => boolean;

/** A connection of which each request passes through `handle`. */
export function withRequests(
  kube: Kube,
  handle: (request: KubeRequest, send: () => Promise<unknown>) => Promise<unknown>,
): Kube {
  return {
    server: kube.server,
    namespace: kube.namespace,
    user: kube.user,
    serverNowMs: () => kube.serverNowMs(),
    watch: (request) => kube.watch(request),
    close: () => kube.close(),
    request: (request) => handle(request, () => kube.request(request)),
  };
}

/** A connection over which something happens right before the first request of this kind is sent. */
export function beforeRequest(kube: Kube, isIt: WhichRequest, act: () => Promise<void>): Kube {
  let acted = false;
  return withRequests(kube, async (request, send) => {
    if (!acted && isIt(request)) {
      acted = true;
      await act();
    }
    return send();
  });
}

/** A process that is gone from the first request of this kind on, which the API server comes to later. */
export function lostProcess(isIt: WhichRequest) {
  const begun = Promise.withResolvers<void>();
  let late: (() => Promise<unknown>) | undefined;
  return {
    begun: begun.promise,
    /** The API server comes to the request. */
    arrive: async () => late?.(),
    wrap: (kube: Kube) =>
      withRequests(kube, async (request, send) => {
        if (late) return new Promise(() => {});
        if (!isIt(request)) return send();
        late = send;
        begun.resolve();
        return new Promise(() => {});
      }),
  };
}

/** The step that gives a ReplicaSet so many replicas: all is decided, looked at again and reserved by then. */
export function step(replicas: number): WhichRequest {
  return ({ method, path, body }) => {
    if (method !== 'PATCH' || !/\/replicasets\/[^/]+$/.test(path)) return false;
    const { spec } = body as { spec?: { replicas?: number } };
    return spec?.replicas === replicas;
  };
}

/** The change of the Deployment's template: every brake is on by then. */
export const templateChange: WhichRequest = ({ patch, path, query }) =>
  patch === 'json' && /\/deployments\/[^/]+$/.test(path) && query?.dryRun === undefined;
