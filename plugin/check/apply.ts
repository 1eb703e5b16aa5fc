import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { resourcePath } from '../../shared/kube/paths.ts';
import type { ObjectPatch } from './decide/finding.ts';
import { addressOf } from './kinds.ts';

/** The result of a patch. */
export interface PatchOutcome {
  patch: ObjectPatch;
  /** Undefined if the API server accepted it. */
  refusal: string | undefined;
}

/**
 * Applies patches one after the other; a refused one does not stop the others.
 *
 * @param dryRun the API server validates them and changes nothing
 * @throws ConnectionError
 */
export async function applyPatches(
  kube: Kube,
  patches: readonly ObjectPatch[],
  dryRun: boolean,
): Promise<PatchOutcome[]> {
  const outcomes: PatchOutcome[] = [];
  for (const patch of patches) outcomes.push({ patch, refusal: await apply(kube, patch, dryRun) });
  return outcomes;
}

async function apply(kube: Kube, patch: ObjectPatch, dryRun: boolean): Promise<string | undefined> {
  const address = addressOf(patch.apiVersion, patch.kind);
  if (!address) throw new TypeError(`no rule patches ${patch.kind} of ${patch.apiVersion}`);
  try {
    await kube.request({
      method: 'PATCH',
      path: resourcePath({ ...address, namespace: patch.namespace, name: patch.name }),
      patch: patch.type,
      query: { fieldManager: 'kubectl-zone', dryRun: dryRun ? 'All' : undefined },
      body: patch.body,
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.message;
  }
}
