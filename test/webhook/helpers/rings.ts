import * as z from 'zod/mini';
import type { TestCluster } from '../../cluster/cluster.ts';

const Ring = z.object({ metadata: z.object({ uid: z.string() }) });
const API_VERSION = 'example.com/v1';
const KIND = 'Ring';

/**
 * Makes a Ring, which is of a kind that has a scale subresource and no controller, with one pod `<name>-x` that is
 * labelled `app=<name>`, and waits until the pod is ready.
 */
export async function applyRing(
  cluster: TestCluster,
  { namespace, name, size }: { namespace: string; name: string; size: number },
): Promise<void> {
  await cluster.apply(ringDefinition());
  const established = ['wait', '--for=condition=Established', 'crd/rings.example.com', '--timeout=60s'];
  const { code, stderr } = await cluster.kubectl(established);
  if (code !== 0) throw new Error(stderr);
  await cluster.apply({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name, namespace },
    spec: { size },
  });
  const { uid } = Ring.parse(await cluster.json(['get', 'ring', name, '-n', namespace])).metadata;
  const controller = { apiVersion: API_VERSION, kind: KIND, name, uid, controller: true };
  await cluster.apply(loosePod(`${name}-x`, namespace, controller));
  await cluster.waitReady('Pod', `${name}-x`, namespace);
}

/** A pod that no controller of Kubernetes has made, labelled `app=<name up to the first dash>`. */
export function loosePod(name: string, namespace: string, controller?: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { app: name.split('-')[0] },
      ...(controller && { ownerReferences: [controller] }),
    },
    spec: { containers: [{ name: 'main', image: 'app:v1' }] },
  };
}

function ringDefinition(): object {
  const preserved = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'rings.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'rings', singular: 'ring', kind: KIND },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: preserved, status: preserved } } },
          subresources: { scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
        },
      ],
    },
  };
}
