import { UserError } from '../errors.ts';
import { listNames } from '../sentences.ts';
import { ApiError, type Kube } from './kube.ts';
import { listAll } from './list.ts';
import { nameOf } from './objects/metadata.ts';
import { type ResourceAddress, resourcePath } from './paths.ts';
import { compareText } from './zones.ts';

/** Address of a namespaced object. */
export type ObjectAddress = ResourceAddress & { name: string };

/**
 * Gets an object that the user named.
 *
 * @param called the object's kind in messages, such as `statefulset`
 * @throws UserError that lists the existing objects if it does not exist
 * @throws ApiError, ConnectionError
 */
export async function getOrExplain(kube: Kube, address: ObjectAddress, called: string): Promise<unknown> {
  try {
    return await kube.request({ method: 'GET', path: resourcePath(address) });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
    // Without permission to list, the message names no others.
    const others = await namesBeside(kube, address).catch(() => []);
    throw notFound(called, address, { others, cause: error });
  }
}

/** Names of the objects of the same kind in the same namespace. */
export async function namesBeside(kube: Kube, address: ObjectAddress): Promise<string[]> {
  const { items } = await listAll(kube, { path: resourcePath({ ...address, name: undefined }) });
  return items.map(nameOf).sort(compareText);
}

/**
 * The error for an object that does not exist.
 *
 * @param others names of existing objects
 * @param otherwise the hint if there are none
 */
export function notFound(
  called: string,
  { namespace, name }: ObjectAddress,
  {
    others,
    otherwise = 'choose another namespace with -n',
    cause,
  }: { others: readonly string[]; otherwise?: string; cause: unknown },
): UserError {
  return new UserError(
    `${called} "${name}" not found in namespace "${namespace}"`,
    others.length > 0 ? `there ${others.length === 1 ? 'is' : 'are'}: ${listNames(others)}` : otherwise,
    cause,
  );
}
