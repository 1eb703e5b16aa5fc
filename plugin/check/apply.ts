import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { resourcePath } from '../../shared/kube/paths.ts';
import type { ObjectPatch } from './decide/finding.ts';
import { addressOf } from './kinds.ts';

/** What became of a patch. */
export interface PatchOutcome {
  patch: ObjectPatch;
  /** Undefined where the API server took it. */
  refusal: string | undefined;
}

/**
 * Applies patches one after the other; one that is refused does not hold the others up.
 *
 * @param dryRun lets the API server validate them and change nothing
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
