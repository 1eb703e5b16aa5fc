import { UserError } from '../../shared/errors.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { readServerVersion, type ServerVersion, tooOld } from '../../shared/kube/server-version.ts';

/** @throws UserError if the Kubernetes version is no longer supported */
export async function refuseOldServer(kube: Kube, signal?: AbortSignal): Promise<void> {
  refuse(await readServerVersion(kube, signal));
}

/** The same for a command that only reads: it also runs if the version may not be read, as on some clusters. */
export async function refuseKnownOldServer(kube: Kube): Promise<void> {
  let version: ServerVersion;
  try {
    version = await readServerVersion(kube);
  } catch (error) {
    if (error instanceof ApiError) return;
    throw error;
  }
  refuse(version);
}

function refuse(version: ServerVersion): void {
  const why = tooOld(version);
  if (why !== undefined) throw new UserError(why, 'upgrade the cluster; nothing was changed');
}
