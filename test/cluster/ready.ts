import * as z from 'zod/mini';
import type { Objects } from './objects.ts';

/**
 * Waits until all replicas of a StatefulSet or Deployment, or one Pod, are Ready.
 *
 * `kubectl rollout status` refuses OnDelete StatefulSets, and their status lags behind the pods, so that right after
 * an eviction it still counts the evicted pod. The pods themselves are watched instead.
 *
 * @throws Error after two minutes
 */
export async function waitReady(
  { get, until }: Pick<Objects, 'get' | 'until'>,
  object: { kind: string; name: string; namespace: string },
): Promise<void> {
  const { kind, name, namespace } = object;
  const type = kind.toLowerCase();
  const named = { type, namespace, selector: `fieldSelector=metadata.name%3D${name}` };
  switch (type) {
    case 'pod':
      return until(named, ([pod]) => pod !== undefined && isReady(pod));
    case 'deployment':
      return until(named, ([deployment]) => deployment !== undefined && isRolledOut(deployment));
    case 'statefulset': {
      const { spec } = StatefulSet.parse(await get(['get', type, name, '-n', namespace]));
      const labels = Object.entries(spec.selector.matchLabels).map(([key, value]) => `${key}=${value}`);
      const selector = `labelSelector=${encodeURIComponent(labels.join(','))}`;
      const { replicas } = spec;
      await until({ type: 'pods', namespace, selector }, (pods) => pods.filter(isReady).length === replicas);
      return until(named, ([set]) => (StatefulSet.parse(set).status?.availableReplicas ?? 0) === replicas);
    }
    default:
      throw new Error(`no way to wait for a ${kind}`);
  }
}

const count = z.optional(z.number());
const StatefulSet = z.object({
  spec: z.object({
    replicas: z.number(),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
  }),
  status: z.optional(z.object({ availableReplicas: count })),
});

const Deployment = z.object({
  metadata: z.object({ generation: z.number() }),
  spec: z.object({ replicas: z.number() }),
  status: z.optional(
    z.object({
      observedGeneration: count,
      replicas: count,
      updatedReplicas: count,
      availableReplicas: count,
    }),
  ),
});

const Pod = z.object({
  metadata: z.object({ deletionTimestamp: z.optional(z.string()) }),
  status: z.optional(
    z.object({
      conditions: z.optional(z.array(z.object({ type: z.string(), status: z.string() }))),
    }),
  ),
});

function isReady(object: unknown): boolean {
  const { metadata, status } = Pod.parse(object);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return metadata.deletionTimestamp === undefined && ready?.status === 'True';
}

/** As `kubectl rollout status` has it. */
function isRolledOut(object: unknown): boolean {
  const { metadata, spec, status } = Deployment.parse(object);
  return (
    (status?.observedGeneration ?? 0) >= metadata.generation &&
    [status?.replicas, status?.updatedReplicas, status?.availableReplicas].every(
      (replicas = 0) => replicas === spec.replicas,
    )
  );
}
