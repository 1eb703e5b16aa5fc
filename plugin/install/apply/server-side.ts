import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { UserError } from '../../../shared/errors.ts';
import { ApiError, type Kube } from '../../../shared/kube/kube.ts';
import { resourcePath } from '../../../shared/kube/paths.ts';
import { addressOf, FIELD_MANAGER, Manifest, shownName } from '../manifests/manifest.ts';
import { keepPaths } from './keep-paths.ts';

/** The effect of applying an object. */
export type Change =
  | { kind: 'created' | 'changed' | 'unchanged' }
  /** Fields that another manager has set to other values, in the API server's words. */
  | { kind: 'conflict'; text: string };

export interface ApplyOptions {
  dryRun: boolean;
  /** Takes ownership of fields of other managers. */
  force: boolean;
  signal: AbortSignal;
}

/** An object of the cluster, or undefined. */
export async function readLive(
  kube: Kube,
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<Manifest | undefined> {
  try {
    const path = resourcePath(addressOf(manifest));
    return Manifest.parse(await kube.request({ method: 'GET', path, ...(signal && { signal }) }));
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/**
 * Applies an object with server-side apply. Fields that are not in the manifest, such as the caBundle of a webhook
 * configuration, are kept, and so is the token at the end of its paths.
 *
 * @param live the object as read before
 * @throws UserError that names the object, for every error except conflicts
 */
export async function applyManifest(
  kube: Kube,
  manifest: Manifest,
  live: Manifest | undefined,
  { dryRun, force, signal }: ApplyOptions,
): Promise<Change> {
  try {
    const applied = await kube.request({
      method: 'PATCH',
      path: resourcePath(addressOf(manifest)),
      patch: 'apply',
      query: {
        fieldManager: FIELD_MANAGER,
        fieldValidation: 'Strict',
        force: force ? true : undefined,
        dryRun: dryRun ? 'All' : undefined,
      },
      body: keepPaths(manifest, live),
      signal,
    });
    if (!live) return { kind: 'created' };
    const same = isDeepStrictEqual(significant(live), significant(Manifest.parse(applied)));
    return { kind: same ? 'unchanged' : 'changed' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // A dry run does not create the namespace of later objects.
    if (dryRun && !live && error.code === 404) return { kind: 'created' };
    if (!error.causes.some(({ reason }) => reason === 'FieldManagerConflict')) {
      throw new UserError(`${shownName(manifest)}: ${error.message}`, undefined, error);
    }
    return { kind: 'conflict', text: error.message.replace(/^Apply failed with \d+ conflicts?: /, '') };
  }
}

const Significant = z.looseObject({ metadata: z.looseObject({}), status: z.optional(z.unknown()) });

/** Without the fields that the API server and controllers maintain. */
function significant(object: Manifest): unknown {
  const { metadata, status: _status, ...rest } = Significant.parse(object);
  const { managedFields, resourceVersion, generation, ...kept } = metadata;
  return { ...rest, metadata: kept };
}
