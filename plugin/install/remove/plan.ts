import { isOurs, type Manifest } from '../manifests/manifest.ts';
import type { Stages } from '../manifests/order.ts';

/** A shipped object, and the cluster's object of the same name. */
export interface Found {
  manifest: Manifest;
  live: Manifest | undefined;
}

/** What to delete, in order, and what to keep and why. */
export interface RemovalPlan {
  /** Deleted first; then wait until the API server has observed it. */
  configurations: Manifest[];
  /** The webhook, and the objects that it needs. */
  webhook: Manifest[];
  definitions: Manifest[];
  namespace: Manifest[];
  kept: { manifest: Manifest; why: string }[];
}

/**
 * Decides what to delete. Only objects with our label are; those of AWS's controllers, such as their CRDs, lack it.
 *
 * @param foreign other objects in the namespace, for which it is kept
 */
export function planRemoval(
  stages: Stages,
  live: ReadonlyMap<Manifest, Manifest>,
  { deleteCrds, foreign }: { deleteCrds: boolean; foreign: readonly string[] },
): RemovalPlan {
  const kept: RemovalPlan['kept'] = [];
  const ours = (manifests: readonly Manifest[]) =>
    manifests.flatMap((manifest) => {
      const found = live.get(manifest);
      if (found && !isOurs(found)) kept.push({ manifest, why: 'it does not have the label of kubectl-zone' });
      return found && isOurs(found) ? [found] : [];
    });
  const definitions = ours(stages.definitions);
  const namespace = ours(stages.namespaces);
  if (!deleteCrds) {
    for (const manifest of definitions)
      kept.push({ manifest, why: 'deleting it deletes every such object; use --delete-crds' });
  }
  if (foreign.length > 0) {
    for (const manifest of namespace) kept.push({ manifest, why: `it contains ${foreign.join(', ')}` });
  }
  return {
    configurations: ours(stages.configurations).reverse(),
    webhook: [...ours(stages.deployment), ...ours(stages.prerequisites).reverse()],
    definitions: deleteCrds ? definitions : [],
    namespace: foreign.length > 0 ? [] : namespace,
    kept,
  };
}

/** Everything that a plan deletes, in its order. */
export function removals({ configurations, webhook, definitions, namespace }: RemovalPlan): Manifest[] {
  return [...configurations, ...webhook, ...definitions, ...namespace];
}
