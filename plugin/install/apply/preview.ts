import { UserError } from '../../../shared/errors.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { type Manifest, shownName } from '../manifests/manifest.ts';
import { applyManifest, type Change, readLive } from './server-side.ts';

/** An object, its current state in the cluster, and what applying it would do. */
export interface Previewed {
  manifest: Manifest;
  live: Manifest | undefined;
  change: Change;
}

/** Applies every object as a server-side dry run. */
export function preview(
  kube: Kube,
  manifests: readonly Manifest[],
  options: { force: boolean; signal: AbortSignal },
): Promise<Previewed[]> {
  return Promise.all(
    manifests.map(async (manifest) => {
      const live = await readLive(kube, manifest, options.signal);
      const change = await applyManifest(kube, manifest, live, { ...options, dryRun: true });
      return { manifest, live, change };
    }),
  );
}

/** @throws UserError that lists every conflicting field, by object */
export function refuseConflicts(previewed: readonly Previewed[]): void {
  const lines = previewed.flatMap(({ manifest, change }) =>
    change.kind === 'conflict' ? [conflictText(manifest, change.text)] : [],
  );
  if (lines.length > 0) throw conflictError(lines);
}

/** @throws UserError for one object */
export function refuseConflict(manifest: Manifest, change: Change): void {
  if (change.kind === 'conflict') throw conflictError([conflictText(manifest, change.text)]);
}

function conflictText(manifest: Manifest, text: string): string {
  const [first, ...more] = text.split('\n');
  return [`${shownName(manifest)}: ${first}`, ...more.map((line) => `  ${line}`)].join('\n');
}

function conflictError(texts: readonly string[]): UserError {
  return new UserError(
    `these fields are managed by others:\n${texts.join('\n')}`,
    'take ownership of them with --force-conflicts, or remove them from the other managers',
  );
}
