import { UserError } from '../../../shared/errors.ts';
import { missingAccess, type NeededAccess } from '../../../shared/kube/access.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { RESOURCES } from '../../../shared/kube/paths.ts';
import { addressOf, type Manifest } from '../manifests/manifest.ts';
import { SEARCHED } from './aws-controllers.ts';
import { TRIAL_NAMESPACE } from './trial.ts';

/**
 * All permissions that an installation needs. Whoever creates a role must also have the permissions that it grants; the
 * dry run shows whether that is so.
 */
export function neededAccess(manifests: readonly Manifest[], acts: boolean): NeededAccess[] {
  const needed = manifests.flatMap((manifest) => {
    const { group, resource, namespace, name } = addressOf(manifest);
    return ['get', 'create', 'patch'].map((verb) => ({
      verb,
      group,
      resource,
      namespace,
      // create is not authorised by name, as the name is in the body.
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

/** @throws UserError that lists all missing permissions */
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
    'nothing was changed; a cluster administrator has these permissions',
  );
}
