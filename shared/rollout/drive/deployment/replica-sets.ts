import * as z from 'zod/mini';
import { ApiError, type Kube } from '../../../kube/kube.ts';
import { RESOURCES, resourcePath } from '../../../kube/paths.ts';
import { HELD_MIN_READY_SECONDS } from '../../decide/deployment-brake.ts';
import { OWN_MANAGER } from '../../decide/deployment-hands.ts';
import {
  HASH_LABEL,
  type ReplicaSet,
  type RolledDeployment,
  readReplicaSet,
  revisionOfTemplate,
} from '../../decide/deployment-objects.ts';
import { DESIRED_REPLICAS_ANNOTATION, MAX_REPLICAS_ANNOTATION } from '../../decide/deployment-step.ts';

/**
 * On a ReplicaSet or Deployment: its resourceVersion before it was changed for no other purpose than to make requests
 * impossible that are bound to that version; see `fence` and `fenceSets`.
 */
export const FENCE_ANNOTATION = 'kubectl-zone.dev/answer-lost';

const Labels = z.optional(z.record(z.string(), z.string()));
const Source = z.object({
  spec: z.object({
    replicas: z._default(z.number(), 1),
    selector: z.looseObject({ matchLabels: Labels }),
    template: z.looseObject({ metadata: z.optional(z.looseObject({ labels: Labels })) }),
  }),
});

/**
 * Creates the ReplicaSet for the Deployment's template, with 0 replicas, as its controller would if it were
 * not paused: the controller identifies the newest ReplicaSet by its template.
 *
 * @throws ApiError
 */
export async function createUpdatedSet(kube: Kube, deployment: RolledDeployment): Promise<void> {
  const { namespace, name, uid } = deployment.metadata;
  const path = resourcePath({ ...RESOURCES.deployments, namespace, name });
  const { spec } = Source.parse(await kube.request({ method: 'GET', path }));
  if (revisionOfTemplate(name, spec.template) !== deployment.revision) return;
  const hash = deployment.revision.slice(-8);
  const labels = { ...spec.template.metadata?.labels, [HASH_LABEL]: hash };
  const { selector, template } = spec;
  const create = (blockOwnerDeletion: boolean) =>
    kube.request({
      method: 'POST',
      path: resourcePath({ ...RESOURCES.replicasets, namespace }),
      query: { fieldManager: OWN_MANAGER },
      body: {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: {
          name: `${name}-${hash}`,
          namespace,
          labels,
          annotations: scaledFor(spec.replicas),
          ownerReferences: [
            {
              ...{ apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller: true },
              ...(blockOwnerDeletion && { blockOwnerDeletion }),
            },
          ],
        },
        spec: {
          replicas: 0,
          minReadySeconds: HELD_MIN_READY_SECONDS,
          selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
          template: { ...template, metadata: { ...template.metadata, labels } },
        },
      },
    });
  try {
    await create(true).catch((error: unknown) => {
      // OwnerReferencesPermissionEnforcement requires permission to update the Deployment's finalizers. Without the
      // field, the only difference is that `kubectl delete --cascade=foreground` does not wait for this ReplicaSet.
      if (error instanceof ApiError && error.code === 403 && /blockOwnerDeletion/.test(error.message)) {
        return create(false);
      }
      throw error;
    });
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
  }
}

/**
 * Scales a ReplicaSet, if it has not changed since it was read.
 *
 * @param desired replicas of its Deployment, which the controller uses for proportional scaling
 * @throws ApiError 409 if it has changed
 */
export async function scaleSet(
  kube: Kube,
  { metadata }: ReplicaSet,
  replicas: number,
  desired: number,
): Promise<ReplicaSet> {
  const { uid, resourceVersion } = metadata;
  return patchSet(kube, metadata, {
    metadata: { uid, resourceVersion, annotations: scaledFor(desired) },
    spec: { replicas },
  });
}

/**
 * Changes ReplicaSets, so that no earlier holder's request to one of them can be carried out any more.
 *
 * @throws ApiError, ConnectionError
 */
export async function fenceSets(kube: Kube, sets: readonly ReplicaSet[]): Promise<void> {
  const fenced = sets.map(async ({ metadata }) => {
    const { uid, resourceVersion } = metadata;
    try {
      await patchSet(kube, metadata, {
        metadata: { uid, annotations: { [FENCE_ANNOTATION]: resourceVersion } },
      });
    } catch (error) {
      if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
    }
  });
  await Promise.all(fenced);
}

/** @throws ApiError, ConnectionError */
export async function patchSet(
  kube: Kube,
  { namespace, name }: ReplicaSet['metadata'],
  body: object,
): Promise<ReplicaSet> {
  const path = resourcePath({ ...RESOURCES.replicasets, namespace, name });
  const query = { fieldManager: OWN_MANAGER };
  return readReplicaSet(await kube.request({ method: 'PATCH', patch: 'merge', path, query, body }));
}

function scaledFor(replicas: number): Record<string, string> {
  return { [DESIRED_REPLICAS_ANNOTATION]: `${replicas}`, [MAX_REPLICAS_ANNOTATION]: `${replicas}` };
}
