import * as z from 'zod/mini';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { resourcePath } from '../../shared/kube/paths.ts';
import type { ForeignOwner, Scale } from './state.ts';

const ResourceList = z.object({ resources: z.array(z.object({ name: z.string(), kind: z.string() })) });
const ScaleObject = z.object({ spec: z.optional(z.object({ replicas: z._default(z.number(), 0) })) });

/**
 * Asks the scale subresource of each owner how many pods it wants, as the controller of PodDisruptionBudgets does
 * for kinds it does not know.
 *
 * @returns by uid; what cannot be found out is a problem and not an error
 */
export async function fetchScales(
  kube: Kube,
  owners: readonly ForeignOwner[],
): Promise<ReadonlyMap<string, Scale>> {
  return new Map(
    await Promise.all(owners.map(async (owner) => [owner.uid, await fetchScale(kube, owner)] as const)),
  );
}

async function fetchScale(kube: Kube, owner: ForeignOwner): Promise<Scale> {
  const { apiVersion, kind, name, namespace } = owner;
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  try {
    const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const { resources } = ResourceList.parse(await kube.request({ method: 'GET', path }));
    const resource = resources.find((each) => each.kind === kind && !each.name.includes('/'))?.name;
    if (!resources.some((each) => each.name === `${resource}/scale`)) {
      return { kind: 'no-scale' };
    }
    const address = { group: group ?? '', version: version ?? '', resource: resource ?? '', namespace, name };
    const scale = await kube.request({
      method: 'GET',
      path: resourcePath({ ...address, subresource: 'scale' }),
    });
    return { kind: 'scale', replicas: ScaleObject.parse(scale).spec?.replicas ?? 0 };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { kind: 'failed', reason: error.message };
  }
}
