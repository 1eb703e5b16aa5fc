import { isOurs, type Manifest } from '../manifests/manifest.ts';
import type { Stages } from '../manifests/order.ts';

/** An object that this version ships, and what the cluster has under its name. */
export interface Found {
  manifest: Manifest;
  live: Manifest | undefined;
}

/** What is to be deleted, in order, and what stays and why. */
export interface RemovalPlan {
  /** First, and then the API server must have heard of it. */
  configurations: Manifest[];
  /** The webhook, and what it stood on. */
  webhook: Manifest[];
  definitions: Manifest[];
  namespace: Manifest[];
  kept: { manifest: Manifest; why: string }[];
}

/**
 * Decides what goes. Only objects with our label do; those of AWS's controllers, such as their CRDs, do not carry it.
 *
 * @param strangers what else is in the namespace, for which it stays
 */
export function planRemoval(
  stages: Stages,
  live: ReadonlyMap<Manifest, Manifest>,
  { deleteCrds, strangers }: { deleteCrds: boolean; strangers: readonly string[] },
): RemovalPlan {
  const kept: RemovalPlan['kept'] = [];
  const ours = (manifests: readonly Manifest[]) =>
    manifests.flatMap((manifest) => {
      const found = live.get(manifest);
      if (found && !isOurs(found)) kept.push({ manifest, why: 'it is not ours: it lacks our label' });
      return found && isOurs(found) ? [found] : [];
    });
  const definitions = ours(stages.definitions);
  const namespace = ours(stages.ground);
  if (!deleteCrds) {
    for (const manifest of definitions)
      kept.push({ manifest, why: 'everybody’s objects of it would go with it; --delete-crds takes it' });
  }
  if (strangers.length > 0) {
    for (const manifest of namespace) kept.push({ manifest, why: `it holds ${strangers.join(', ')}` });
  }
  return {
    configurations: ours(stages.configurations).reverse(),
    webhook: [...ours(stages.deployment), ...ours(stages.surroundings).reverse()],
    definitions: deleteCrds ? definitions : [],
    namespace: strangers.length > 0 ? [] : namespace,
    kept,
  };
}

/** Everything that a plan deletes, in its order. */
export function removals({ configurations, webhook, definitions, namespace }: RemovalPlan): Manifest[] {
  return [...configurations, ...webhook, ...definitions, ...namespace];
}
