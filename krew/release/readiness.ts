/** What decides whether a release may be made. */
export interface ReleaseState {
  version: string;
  /** Where to read about the plugin, from package.json. */
  homepage?: string;
  /** The text of CHANGELOG.md. */
  changelog: string;
  /** What `git status --porcelain` prints. */
  changes: string;
}

/**
 * Finds what stands in the way of a release.
 *
 * @returns a sentence for each thing; none when the release may be made
 */
export function obstacles({ version, homepage, changelog, changes }: ReleaseState): string[] {
  const found: string[] = [];
  if (changes.trim() !== '')
    found.push(`The work tree has changes that no commit has:\n${changes.trimEnd()}`);
  if (!isDated(changelog, version)) {
    found.push(`CHANGELOG.md has no section "## ${version}, YYYY-MM-DD": describe the release and date it.`);
  }
  if (homepage === undefined) {
    found.push(
      'package.json has no homepage: krew’s manifest names it, and the archives are fetched from there.',
    );
  }
  return found;
}

/** Whether a version has a section with the day of its release. */
function isDated(changelog: string, version: string): boolean {
  return changelog.split('\n').some((line) => {
    const [heading, date] = line.split(', ');
    return heading === `## ${version}` && /^\d{4}-\d{2}-\d{2}$/.test(date ?? '');
  });
}
