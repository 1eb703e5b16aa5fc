import type { Kube } from '../../../shared/kube/kube.ts';
import { type FakeApi, NAMESPACE } from '../helpers/fake-api.ts';

const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

/**
 * The fake's Kube, which in addition lists those of its pods that have these names, whatever the selector. A list
 * counts as one request, `LIST` with its selector.
 */
export function listingPods(api: FakeApi, names: Iterable<string>): Kube {
  return {
    ...api.kube,
    async request(request) {
      if (request.path !== PODS) return api.kube.request(request);
      api.requests.push(`LIST ${request.query?.labelSelector}`);
      const requests = api.requests.length;
      const items: unknown[] = [];
      for (const name of names) {
        const pod = await api.kube.request({ method: 'GET', path: `${PODS}/${name}` }).catch(() => undefined);
        if (pod !== undefined) items.push(pod);
      }
      api.requests.length = requests;
      return { metadata: {}, items };
    },
  };
}
