import { UserError } from '../../../shared/errors.ts';
import { missingAccess, type NeededAccess } from '../../../shared/kube/access.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { RESOURCES } from '../../../shared/kube/paths.ts';
import { addressOf, type Manifest } from '../manifests/manifest.ts';
import { SEARCHED } from './peers.ts';
import { TRIAL_NAMESPACE } from './trial.ts';

/**
 * Everything that an installation asks of the API server. What roles grant must be held by whoever makes them; that is
 * seen when they are tried.
 */
export function neededAccess(manifests: readonly Manifest[], acts: boolean): NeededAccess[] {
  const needed = manifests.flatMap((manifest) => {
    const { group, resource, namespace, name } = addressOf(manifest);
    return ['get', 'create', 'patch'].map((verb) => ({
      verb,
      group,
      resource,
      namespace,
      // create knows no name: it is in the body.
      name: verb === 'create' ? undefined : name,
    }));
  });
  const { pods } = RESOURCES;
  return [
    ...needed,
    ...SEARCHED.map(({ group, resource }) => ({ verb: 'list', group, resource })),
    ...(acts && manifests.some(({ kind }) => kind === 'Deployment')
      ? [{ verb: 'create', ...pods, subresource: 'eviction', namespace: TRIAL_NAMESPACE }]
      : []),
  ];
}

/** @throws UserError that lists all that is missing */
export async function checkInstallAccess(
  kube: Kube,
  needed: readonly NeededAccess[],
  signal: AbortSignal,
): Promise<void> {
  const missing = await missingAccess(kube, needed, signal);
  if (missing.length === 0) return;
  const sentences = new Set(missing.map(({ sentence }) => sentence));
  throw new UserError(
    [...sentences].join('\n'),
    'nothing was touched; a cluster administrator may do all of this',
  );
}
