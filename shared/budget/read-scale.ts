import * as z from 'zod/mini';
import { $ZodError } from 'zod/v4/core';
import { ApiError, type Kube } from '../kube/kube.ts';
import { type ResourceAddress, resourcePath } from '../kube/paths.ts';
import type { ScaleRead, ScaleRef } from './decide/owners.ts';

/** Reads scale subresources, and caches discovery. */
export type ScaleReader = (ref: ScaleRef) => Promise<ScaleRead>;

const Scale = z.object({
  metadata: z.object({ uid: z.string() }),
  // A custom resource may have any value here.
  spec: z.object({
    replicas: z._default(z.int().check(z.nonnegative('its scale has a negative number of replicas')), 0),
  }),
});
const ResourceList = z.object({
  resources: z.array(
    z.object({ name: z.string(), kind: z.string(), namespaced: z._default(z.boolean(), true) }),
  ),
});
type ResourceList = z.infer<typeof ResourceList>;

const Owner = z.object({ metadata: z.object({ uid: z.string() }) });

/**
 * Reads the desired replicas of objects of any kind. Failures are returned and never thrown.
 *
 * @param timeoutMs for each request
 * @param checksOwner whether to read objects of kinds without a scale too, to find out whether they exist; without
 * permission for that, they do
 */
export function scaleReader(
  kube: Kube,
  timeoutMs: number,
  { checksOwner = false }: { checksOwner?: boolean } = {},
): ScaleReader {
  const discovered = new Map<string, ResourceList>();

  /** The resources of a group and version; fetched again if a kind is not included, as after a CRD was added. */
  async function resourcesOf(apiVersion: string): Promise<ResourceList> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const list = ResourceList.parse(await kube.request({ method: 'GET', path, timeoutMs }));
    discovered.set(apiVersion, list);
    return list;
  }

  /** Undefined for a kind that is not served. */
  async function resourceOf({ apiVersion, kind }: ScaleRef) {
    const find = (list: ResourceList | undefined) =>
      list?.resources.find((each) => each.kind === kind && !each.name.includes('/'));
    let list = discovered.get(apiVersion);
    if (find(list) === undefined) list = await resourcesOf(apiVersion);
    const found = find(list);
    const scalable = list?.resources.some(({ name }) => name === `${found?.name}/scale`) === true;
    return found && { ...found, scalable };
  }

  async function exists(address: ResourceAddress, uid: string): Promise<boolean> {
    try {
      const path = resourcePath(address);
      return Owner.parse(await kube.request({ method: 'GET', path, timeoutMs })).metadata.uid === uid;
    } catch (error) {
      return !(error instanceof ApiError && error.code === 404);
    }
  }

  return async (ref) => {
    try {
      const resource = await resourceOf(ref);
      if (!resource) return { kind: 'no-scale' };
      const [group = '', version = ''] = ref.apiVersion.includes('/')
        ? ref.apiVersion.split('/')
        : ['', ref.apiVersion];
      const namespace = resource.namespaced ? ref.namespace : undefined;
      const address = { group, version, resource: resource.name, namespace, name: ref.name };
      if (!resource.scalable) {
        return !checksOwner || (await exists(address, ref.uid)) ? { kind: 'no-scale' } : { kind: 'gone' };
      }
      const path = resourcePath({ ...address, subresource: 'scale' });
      const { metadata, spec } = Scale.parse(await kube.request({ method: 'GET', path, timeoutMs }));
      // The Scale has its object's uid: a recreated object is another owner.
      return metadata.uid === ref.uid ? { kind: 'replicas', replicas: spec.replicas } : { kind: 'gone' };
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return { kind: 'gone' };
      return { kind: 'failed', error: complaintOf(error) };
    }
  };
}

function complaintOf(error: unknown): string {
  if (error instanceof $ZodError) return error.issues.map(({ message }) => message).join('; ');
  return error instanceof Error ? error.message : String(error);
}
