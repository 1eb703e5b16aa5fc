/**
 * `npm run release`: builds the files of a release into dist/release/, from the bundle in dist/. RELEASING.md has
 * the steps before and after.
 *
 *   --snapshot        a test release of the current work tree
 *   --only A,B        with --snapshot: only these variants
 *   --out FOLDER      an empty folder to write to
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ARCHITECTURES, buildImageFiles, imageFileName } from './image/webhook-image.ts';
import { archivesIn, downloadsUrlOf, krewManifest } from './manifest.ts';
import { checksumLines, checksumsOf } from './package/checksums.ts';
import { type RootPackage, readRootPackage } from './package/npm-package.ts';
import { buildArchives } from './release/build-archives.ts';
import { readFlags } from './release/flags.ts';
import { obstacles } from './release/readiness.ts';
import { IMAGE } from './release/variants.ts';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'dist', 'release');
const TEMPLATE = join(ROOT, 'krew', 'zone.yaml.template');

/** The URL of a snapshot without a homepage (RFC 6761, 6.4): krew can then only install from a file. */
const NOWHERE = 'https://kubectl-zone.invalid';

const say = (line: string) => void process.stderr.write(`${line}\n`);

try {
  await release(process.argv.slice(2));
} catch (error) {
  say(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function release(argv: readonly string[]): Promise<void> {
  const { snapshot, variants, out = OUT } = readFlags(argv);
  const manifest = await readRootPackage(ROOT);
  if (!snapshot) await refuseUnlessReady(manifest);
  await makeEmpty(out);

  const names: string[] = [];
  const onBuilt = (name: string) => {
    names.push(name);
    say(`built ${join(out, name)}`);
  };
  await buildArchives({ root: ROOT, manifest, out, variants, env: process.env, onBuilt });
  if (variants.has(IMAGE)) {
    const build = { root: ROOT, manifest, architectures: ARCHITECTURES, out, env: process.env };
    for (const { name } of await buildImageFiles(build)) onBuilt(name);
  }

  const sums = await checksumsOf(out, names.sort());
  await writeFile(join(out, 'checksums.txt'), checksumLines(sums));
  await writeKrewManifest(out, manifest, sums);
  if (!snapshot) say(nextSteps(manifest.version));
}

async function refuseUnlessReady({ version, homepage }: RootPackage): Promise<void> {
  const { stdout: changes } = await promisify(execFile)('git', ['status', '--porcelain'], { cwd: ROOT });
  const changelog = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
  const found = obstacles({ version, changelog, changes, ...(homepage === undefined ? {} : { homepage }) });
  if (found.length > 0) throw new Error(`no release can be made of this.\n${found.join('\n')}`);
}

/** Files of an earlier release would be uploaded with this one. Only the default directory is emptied. */
async function makeEmpty(out: string): Promise<void> {
  if (out === OUT) await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  if ((await readdir(out)).length > 0) throw new Error(`${out} is not empty`);
}

async function writeKrewManifest(
  out: string,
  { version, homepage = NOWHERE }: RootPackage,
  checksums: ReadonlyMap<string, string>,
): Promise<void> {
  const template = await readFile(TEMPLATE, 'utf8');
  const missing = archivesIn(template, version).filter((name) => !checksums.has(name));
  if (missing.length > 0) {
    say(`no zone.yaml: it needs ${missing.join(', ')}`);
    return;
  }
  const downloadsUrl = downloadsUrlOf(homepage, version);
  await writeFile(
    join(out, 'zone.yaml'),
    krewManifest(template, { version, homepage, downloadsUrl, checksums }),
  );
  say(`built ${join(out, 'zone.yaml')}`);
  if (homepage === NOWHERE) say('package.json has no homepage, so krew can install it with --archive only');
}

function nextSteps(version: string): string {
  return `
next, as krew/RELEASING.md describes:
  git tag -s v${version} -m v${version} && git push origin v${version}
  upload everything in dist/release/ to the release v${version}
  skopeo copy --all oci-archive:dist/release/${imageFileName(version, 'linux')} docker://REGISTRY/kubectl-zone-webhook:${version}
  npm publish dist/release/kubectl-zone-${version}.tgz
  propose dist/release/zone.yaml to krew-index as plugins/zone.yaml`;
}
