import type { Kube, KubeRequest } from '../../shared/kube/kube.ts';

/**
 * A connection of a rollout of a Deployment, over which something happens right before the step that gives a ReplicaSet
 * so many replicas: when all is decided, looked at again and reserved.
 */
export function beforeStep(kube: Kube, replicas: number, act: () => Promise<void>): Kube {
  let acted = false;
  return {
    server: kube.server,
    namespace: kube.namespace,
    user: kube.user,
    serverNowMs: () => kube.serverNowMs(),
    watch: (request) => kube.watch(request),
    close: () => kube.close(),
    async request(request) {
      if (!acted && scaledTo(request) === replicas) {
        acted = true;
        await act();
      }
      return kube.request(request);
    },
  };
}

/** @returns the replicas that a write gives a ReplicaSet */
function scaledTo({ method, path, body }: KubeRequest): number | undefined {
  if (method !== 'PATCH' || !/\/replicasets\/[^/]+$/.test(path)) return undefined;
  const { spec } = body as { spec?: { replicas?: number } };
  return spec?.replicas;
}
