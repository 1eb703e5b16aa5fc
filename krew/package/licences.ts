/** The licence of a bundled package. */
export interface PackageLicence {
  name: string;
  version: string;
  /** As in its package.json: an SPDX identifier. */
  licence: string;
  /** Its licence in full, and its notices. */
  text: string;
}

/** Licences that allow redistribution in our package with their text. */
const ACCEPTED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
]);

/** esbuild writes the path of each bundled module as a comment above it. */
const MODULE_COMMENT = /^\s*\/\/ \S*?(node_modules\/\S+)$/gm;
const PACKAGE_FOLDER = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;

/**
 * The packages in a bundle.
 *
 * @param code a file that esbuild has written without minifying it
 * @returns their folders, such as `node_modules/a/node_modules/@b/c`
 */
export function bundledPackages(code: string): Set<string> {
  const folders = new Set<string>();
  for (const [, path = ''] of code.matchAll(MODULE_COMMENT)) {
    const folder = PACKAGE_FOLDER.exec(path)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  return folders;
}

/**
 * The text of THIRD-PARTY-LICENSES.txt; packages with the same words share them.
 *
 * @param nodeLicence Node's licence, where a release contains Node
 * @throws Error that names a package whose licence has not been approved
 */
export function thirdPartyLicences(packages: readonly PackageLicence[], nodeLicence?: string): string {
  for (const { name, version, licence } of packages) {
    if (!ACCEPTED.has(licence))
      throw new Error(`${name} ${version} has the licence ${licence}: may we ship it?`);
  }
  const sorted = packages.toSorted((a, b) => compare(`${a.name} ${a.version}`, `${b.name} ${b.version}`));
  const sections = [...Map.groupBy(sorted, ({ text }) => text)].map(([text, group]) => {
    const names = new Set(group.map(({ name, version, licence }) => `${name} ${version} (${licence})`));
    return section([...names], text);
  });
  const node = nodeLicence === undefined ? [] : [section(['Node.js'], nodeLicence)];
  return [INTRODUCTION, ...node, ...sections].join('\n');
}

const INTRODUCTION = 'kubectl-zone contains the following software of others, under these licences.\n';

function section(names: readonly string[], text: string): string {
  return `${'='.repeat(80)}\n${names.join('\n')}\n${'-'.repeat(80)}\n${text.trim()}\n`;
}

/** By code units: a locale's order would produce a different file on another machine. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
