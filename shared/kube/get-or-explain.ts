import { UserError } from '../errors.ts';
import { listNames } from '../sentences.ts';
import { ApiError, type Kube } from './kube.ts';
import { listAll } from './list.ts';
import { nameOf } from './objects/metadata.ts';
import { type ResourceAddress, resourcePath } from './paths.ts';
import { compareText } from './zones.ts';

/** Where an object of a namespace is. */
export type ObjectAddress = ResourceAddress & { name: string };

/**
 * Reads an object that somebody has named.
 *
 * @param called what messages call an object of its kind, such as `statefulset`
 * @throws UserError that names those there are when it is not there
 * @throws ApiError, ConnectionError
 */
export async function getOrExplain(kube: Kube, address: ObjectAddress, called: string): Promise<unknown> {
  try {
    return await kube.request({ method: 'GET', path: resourcePath(address) });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
    // Without the right to list them nobody can be told which there are.
    const others = await namesBeside(kube, address).catch(() => []);
    throw notFound(called, address, { others, cause: error });
  }
}

/** Names of the objects of its kind in its namespace. */
export async function namesBeside(kube: Kube, address: ObjectAddress): Promise<string[]> {
  const { items } = await listAll(kube, { path: resourcePath({ ...address, name: undefined }) });
  return items.map(nameOf).sort(compareText);
}

/**
 * What to say where there is no object of a name.
 *
 * @param others names of those there are
 * @param otherwise the advice where there are no others
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
