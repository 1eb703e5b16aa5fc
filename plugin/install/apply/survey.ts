import { UserError } from '../../../shared/errors.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { type Manifest, shownName } from '../manifests/manifest.ts';
import { applyManifest, type Change, readLive } from './server-side.ts';

/** An object, what there is of it, and what applying it would do. */
export interface Surveyed {
  manifest: Manifest;
  live: Manifest | undefined;
  change: Change;
}

/** Lets the API server try every object, and changes nothing. */
export function survey(
  kube: Kube,
  manifests: readonly Manifest[],
  options: { force: boolean; signal: AbortSignal },
): Promise<Surveyed[]> {
  return Promise.all(
    manifests.map(async (manifest) => {
      const live = await readLive(kube, manifest, options.signal);
      const change = await applyManifest(kube, manifest, live, { ...options, dryRun: true });
      return { manifest, live, change };
    }),
  );
}

/** @throws UserError that shows every field which others hold, object by object */
export function refuseConflicts(surveyed: readonly Surveyed[]): void {
  const lines = surveyed.flatMap(({ manifest, change }) =>
    change.kind === 'conflict' ? [conflictText(manifest, change.text)] : [],
  );
  if (lines.length > 0) throw conflictError(lines);
}

/** @throws UserError about one object */
export function refuseConflict(manifest: Manifest, change: Change): void {
  if (change.kind === 'conflict') throw conflictError([conflictText(manifest, change.text)]);
}

function conflictText(manifest: Manifest, text: string): string {
  const [first, ...more] = text.split('\n');
  return [`${shownName(manifest)}: ${first}`, ...more.map((line) => `  ${line}`)].join('\n');
}

function conflictError(texts: readonly string[]): UserError {
  return new UserError(
    `others have set fields that this would change:\n${texts.join('\n')}`,
    'take these fields with --force-conflicts, or let their managers give them up',
  );
}
