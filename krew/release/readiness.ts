/** The state that determines whether a release is possible. */
export interface ReleaseState {
  version: string;
  /** The plugin's website, from package.json. */
  homepage?: string;
  /** The text of CHANGELOG.md. */
  changelog: string;
  /** The output of `git status --porcelain`. */
  changes: string;
}

/**
 * Finds the reasons why a release is not possible.
 *
 * @returns a sentence per reason; none if the release is possible
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

/** Whether a version has a section with its release date. */
function isDated(changelog: string, version: string): boolean {
  return changelog.split('\n').some((line) => {
    const [heading, date] = line.split(', ');
    return heading === `## ${version}` && /^\d{4}-\d{2}-\d{2}$/.test(date ?? '');
  });
}
