import { chmod, copyFile, cp, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesUnder } from './files.ts';
import { publishedPackage, type RootPackage } from './npm-package.ts';

const PROGRAMS = ['plugin/kubectl-zone', 'plugin/kubectl_complete-zone'];

/** The files of every archive in addition to the program. */
export interface Papers {
  /** The repository's root. */
  root: string;
  /** The text of THIRD-PARTY-LICENSES.txt. */
  thirdParty: string;
}

/**
 * Creates the JavaScript form, which requires Node and is also the npm package.
 *
 * @param dir does not exist yet
 * @throws Error when the bundle has not been built
 */
export async function stageJavaScript(dir: string, manifest: RootPackage, papers: Papers): Promise<void> {
  await mkdir(join(dir, 'plugin'), { recursive: true });
  for (const program of PROGRAMS) await copyFile(join(papers.root, program), join(dir, program));
  await cp(join(papers.root, 'dist', 'plugin'), join(dir, 'dist', 'plugin'), { recursive: true });
  await copyFile(join(papers.root, 'README.md'), join(dir, 'README.md'));
  await writeFile(join(dir, 'package.json'), `${JSON.stringify(publishedPackage(manifest), null, 2)}\n`);
  await addPapers(dir, papers);
  await setModes(dir, PROGRAMS);
}

/**
 * Creates the directory of an executable with its licences.
 *
 * @param executable is moved into the folder
 * @param program its name there
 */
export async function stageExecutable(
  dir: string,
  executable: string,
  program: string,
  papers: Papers,
): Promise<void> {
  await mkdir(dir, { recursive: true });
  await rename(executable, join(dir, program));
  await addPapers(dir, papers);
  await setModes(dir, [program]);
}

async function addPapers(dir: string, { root, thirdParty }: Papers): Promise<void> {
  await copyFile(join(root, 'LICENSE'), join(dir, 'LICENSE'));
  await writeFile(join(dir, 'THIRD-PARTY-LICENSES.txt'), thirdParty);
}

/** File modes for the archive, independent of those in the work tree. */
async function setModes(dir: string, programs: readonly string[]): Promise<void> {
  for (const name of await filesUnder(dir)) {
    await chmod(join(dir, name), programs.includes(name) ? 0o755 : 0o644);
  }
}
