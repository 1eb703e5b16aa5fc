import * as z from 'zod/mini';
import { ApiError, type Kube } from '../../../shared/kube/kube.ts';
import { listAll } from '../../../shared/kube/list.ts';
import { readPod } from '../../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';
import { ORDINARY_WAITS } from '../../../shared/kube/pods.ts';
import { type Manifest, SYSTEM_NAMESPACE, shownName } from '../manifests/manifest.ts';
import type { Attempt } from '../wait.ts';
import { readLive } from './server-side.ts';

const Definition = z.looseObject({
  status: z.optional(
    z.object({ conditions: z.nullish(z.array(z.object({ type: z.string(), status: z.string() }))) }),
  ),
});

/** Whether the API server serves all of these CRDs. */
export async function lookForDefinitions(
  kube: Kube,
  definitions: readonly Manifest[],
  signal: AbortSignal,
): Promise<Attempt<undefined>> {
  const live = await Promise.all(definitions.map((each) => readLive(kube, each, signal)));
  const missing = definitions.filter((_, index) => !isEstablished(live[index]));
  return missing.length === 0
    ? { found: undefined }
    : { missing: `${missing.map(shownName).join(' and ')} not established yet` };
}

function isEstablished(definition: Manifest | undefined): boolean {
  const conditions = Definition.safeParse(definition).data?.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
}

const Deployment = z.looseObject({
  metadata: z.looseObject({ generation: z._default(z.number(), 0) }),
  spec: z.looseObject({ replicas: z._default(z.number(), 1) }),
  status: z._default(
    z.object({
      observedGeneration: z._default(z.number(), 0),
      replicas: z._default(z.number(), 0),
      updatedReplicas: z._default(z.number(), 0),
      availableReplicas: z._default(z.number(), 0),
    }),
    { observedGeneration: 0, replicas: 0, updatedReplicas: 0, availableReplicas: 0 },
  ),
});

/** Whether all pods of the webhook are updated and available; if not, how many are, and why one of them is not. */
export async function lookForDeployment(
  kube: Kube,
  deployment: Manifest,
  signal: AbortSignal,
): Promise<Attempt<undefined>> {
  const live = await readLive(kube, deployment, signal);
  if (!live) return { missing: `${shownName(deployment)} is gone` };
  const { metadata, spec, status } = Deployment.parse(live);
  const seen = status.observedGeneration >= metadata.generation;
  const { replicas, updatedReplicas, availableReplicas } = status;
  if (
    seen &&
    updatedReplicas === spec.replicas &&
    replicas === spec.replicas &&
    availableReplicas === replicas
  )
    return { found: undefined };
  const count = `${seen ? updatedReplicas : 0} of ${spec.replicas} pods updated, ${availableReplicas} available`;
  const trouble = await podTrouble(kube, signal);
  return { missing: trouble === undefined ? count : `${count}; ${trouble}` };
}

/** Why a pod of the webhook is not available, such as an image that cannot be pulled. */
async function podTrouble(kube: Kube, signal: AbortSignal): Promise<string | undefined> {
  const path = resourcePath({ ...RESOURCES.pods, namespace: SYSTEM_NAMESPACE });
  const query = { labelSelector: 'app.kubernetes.io/name=kubectl-zone-webhook' };
  let items: readonly unknown[];
  try {
    ({ items } = await listAll(kube, { path, query, signal }));
  } catch (error) {
    // Installing requires no permission to list pods.
    if (error instanceof ApiError) return undefined;
    throw error;
  }
  for (const { metadata, status } of items.map(readPod)) {
    const waiting = status.containerStatuses.find(
      (container) => container.waiting && !ORDINARY_WAITS.has(container.waiting.reason),
    )?.waiting;
    if (waiting) {
      return `${metadata.name}: ${[waiting.reason, waiting.message].filter((part) => part !== '').join(': ')}`;
    }
    const unscheduled = status.conditions.find(
      (each) => each.type === 'PodScheduled' && each.status === 'False',
    );
    if (unscheduled) return `${metadata.name}: ${unscheduled.message}`;
  }
  return undefined;
}
