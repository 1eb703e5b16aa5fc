import { UserError } from '../../../shared/errors.ts';
import { missingAccess, type NeededAccess } from '../../../shared/kube/access.ts';
import { ApiError, type Kube } from '../../../shared/kube/kube.ts';
import { listAll } from '../../../shared/kube/list.ts';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';
import { readLive } from '../apply/server-side.ts';
import { addressOf, type Manifest } from '../manifests/manifest.ts';
import { inOrder, type Stages } from '../manifests/order.ts';

/** The cluster's objects with the names of the shipped ones. */
export async function readAll(
  kube: Kube,
  stages: Stages,
  signal: AbortSignal,
): Promise<ReadonlyMap<Manifest, Manifest>> {
  const found = new Map<Manifest, Manifest>();
  await Promise.all(
    inOrder(stages).map(async (manifest) => {
      const live = await readLive(kube, manifest, signal);
      if (live) found.set(manifest, live);
    }),
  );
  return found;
}

/** @throws UserError that lists every object that may not be read or deleted */
export async function checkRemovalAccess(
  kube: Kube,
  verb: 'get' | 'delete',
  manifests: readonly Manifest[],
  signal: AbortSignal,
): Promise<void> {
  const needed = manifests.map((manifest): NeededAccess => ({ verb, ...addressOf(manifest) }));
  const missing = await missingAccess(kube, needed, signal);
  if (missing.length === 0) return;
  throw new UserError(missing.map(({ sentence }) => sentence).join('\n'), 'nothing was changed');
}

/** How many objects are deleted with the CRDs, in all namespaces. */
export interface Census {
  budgets: number;
  updates: number;
}

/** @throws ApiError if they may not be listed; a CRD that does not exist has none */
export async function countObjects(kube: Kube, signal: AbortSignal): Promise<Census> {
  const { zonedisruptionbudgets, zoneawareupdates } = RESOURCES;
  const count = async (resource: typeof zonedisruptionbudgets | typeof zoneawareupdates) => {
    try {
      return (await listAll(kube, { path: resourcePath(resource), signal })).items.length;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return 0;
      throw error;
    }
  };
  const [budgets, updates] = await Promise.all([count(zonedisruptionbudgets), count(zoneawareupdates)]);
  return { budgets, updates };
}
