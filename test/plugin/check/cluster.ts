import { addressOf } from '../../../plugin/check/kinds.ts';
import { mergePatch } from '../../../plugin/sandbox/api/patch/patch.ts';
import { strategicPatch } from '../../../plugin/sandbox/api/patch/strategic.ts';
import type { Kube, KubeRequest } from '../../../shared/kube/kube.ts';
import { resourcePath } from '../../../shared/kube/paths.ts';
import { apiError, fakeKube } from '../../helpers/fake-kube.ts';
import type { TestObject } from './decide/objects.ts';
import { NAMESPACE } from './decide/well-made.ts';

/** A cluster with these objects; patches change them, unless it is a dry run. */
export interface AnsweringCluster {
  kube: Kube;
  requests: KubeRequest[];
}

const CLUSTER_SCOPED = [
  'Node',
  'PersistentVolume',
  'Namespace',
  'IngressClass',
  'ValidatingWebhookConfiguration',
];

/**
 * @param refuse answers that are errors
 * @param minor the 37 of Kubernetes 1.37
 */
export function answering(
  objects: readonly TestObject[],
  refuse: (request: KubeRequest) => Error | undefined = () => undefined,
  minor = 37,
): AnsweringCluster {
  const requests: KubeRequest[] = [];
  const byPath = new Map(objects.map((object) => [pathOf(object), object]));
  const kube: Kube = {
    ...fakeKube(),
    namespace: NAMESPACE,
    async request(request) {
      requests.push(request);
      const { path, method, body, patch, query } = request;
      const refusal = refuse(request);
      if (refusal) throw refusal;
      if (path === '/version') return { gitVersion: `v1.${minor}.0`, minor: `${minor}` };
      const object = byPath.get(path);
      if (!object) {
        const items = [...byPath].filter(([each]) => parentOf(each) === path).map(([, found]) => found);
        if (items.length === 0 && !isCollection(path)) throw apiError(404, 'NotFound');
        return { metadata: { resourceVersion: '7' }, items: structuredClone(items) };
      }
      if (method !== 'PATCH') return structuredClone(object);
      const change = structuredClone(body) as Record<string, unknown>;
      const copy = structuredClone(object) as unknown as Record<string, unknown>;
      const changed = patch === 'strategic' ? strategicPatch(copy, change) : mergePatch(copy, change);
      if (query?.dryRun === undefined) byPath.set(path, changed as unknown as TestObject);
      return changed;
    },
  };
  return { kube, requests };
}

function isCollection(path: string): boolean {
  return path.endsWith('s') && !path.includes('kubectl-zone');
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function pathOf({ apiVersion, kind, metadata: { name, namespace } }: TestObject): string {
  const address = addressOf(apiVersion, kind);
  if (!address) throw new Error(`${kind} is not read`);
  return resourcePath({ ...address, namespace: CLUSTER_SCOPED.includes(kind) ? undefined : namespace, name });
}
