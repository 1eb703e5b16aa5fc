import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildExecutable } from '../executables/build.ts';
import { findNodes } from '../executables/runtimes.ts';
import { archiveName } from '../manifest.ts';
import { packArchive } from '../package/archive.ts';
import { type PackageLicence, thirdPartyLicences } from '../package/licences.ts';
import type { RootPackage } from '../package/npm-package.ts';
import { readBundledLicences } from '../package/read-licences.ts';
import { stageExecutable, stageJavaScript } from '../package/stage.ts';
import { EXECUTABLES, type ExecutableVariant, JAVASCRIPT } from './variants.ts';

export interface Build {
  /** The repository's root; its bundle has been built. */
  root: string;
  manifest: RootPackage;
  /** An empty folder for the archives. */
  out: string;
  variants: ReadonlySet<string>;
  env: NodeJS.ProcessEnv;
  /** Called with the name of each file when it has been written. */
  onBuilt(name: string): void;
}

/**
 * Builds the archives and the npm package.
 *
 * @throws Error if the bundle is not of this version, a licence is missing, or a runtime is not available
 */
export async function buildArchives(build: Build): Promise<void> {
  const { root, manifest, variants } = build;
  const work = await mkdtemp(join(tmpdir(), 'kubectl-zone-release-'));
  try {
    const licences = await readBundledLicences(join(root, 'dist', 'plugin'), root);
    const javascriptDir = join(work, JAVASCRIPT);
    await stageJavaScript(javascriptDir, manifest, { root, thirdParty: thirdPartyLicences(licences) });
    await checkVersion(javascriptDir, manifest.version);
    if (variants.has(JAVASCRIPT)) await packJavaScript(build, javascriptDir);
    for (const variant of EXECUTABLES) {
      if (variants.has(variant.name)) await packExecutable(build, variant, javascriptDir, licences, work);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function packJavaScript({ manifest, out, onBuilt }: Build, dir: string): Promise<void> {
  const archive = archiveName(manifest.version, JAVASCRIPT);
  await packArchive({ dir, output: join(out, archive) });
  onBuilt(archive);
  const npmPackage = `${manifest.name}-${manifest.version}.tgz`;
  await packArchive({ dir, output: join(out, npmPackage), prefix: 'package' });
  onBuilt(npmPackage);
}

async function packExecutable(
  { root, manifest, out, env, onBuilt }: Build,
  { name, runtime, program }: ExecutableVariant,
  javascriptDir: string,
  licences: readonly PackageLicence[],
  work: string,
): Promise<void> {
  const { licence, ...nodes } = await findNodes(runtime, join(root, 'node_modules'), env);
  const output = join(work, program);
  await buildExecutable(javascriptDir, { ...nodes, output });
  const dir = join(work, name);
  await stageExecutable(dir, output, program, {
    root,
    thirdParty: thirdPartyLicences(licences, await readFile(licence, 'utf8')),
  });
  const archive = archiveName(manifest.version, name);
  await packArchive({ dir, output: join(out, archive) });
  await rm(dir, { recursive: true });
  onBuilt(archive);
}

/** A bundle that was built before the version was raised would report the old version. */
async function checkVersion(javascriptDir: string, version: string): Promise<void> {
  const shim = join(javascriptDir, 'plugin', 'kubectl-zone');
  const { stdout } = await promisify(execFile)(process.execPath, [shim, '--version']);
  if (stdout.trim() !== version) {
    throw new Error(`dist/ was built for version ${stdout.trim()}, and this is ${version}: npm run build`);
  }
}
