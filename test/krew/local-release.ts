import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveName, krewManifest } from '../../krew/manifest.ts';
import { run, succeeded } from './run.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const TEMPLATE = join(ROOT, 'krew', 'zone.yaml.template');

/** The variant with an executable that this machine can run. */
const EXECUTABLE = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

/**
 * For each variant of the manifest, the built one whose archive stands in its place: krew unpacks executables of other
 * machines all the same, so that it need not be their own.
 */
const STAND_INS = [
  ['linux_amd64', EXECUTABLE],
  ['linux_arm64', EXECUTABLE],
  ['javascript', 'javascript'],
] as const;

/** A release built from the work tree, in a folder of its own. */
export interface LocalRelease {
  dir: string;
  version: string;
  /** Absolute path of the archive of a variant. */
  archive(variant: 'executable' | 'javascript'): string;
  /** Absolute path of the npm package. */
  npmPackage: string;
  /**
   * Makes a manifest, and the archives that it names.
   *
   * @param downloadsUrl address of the folder that the archives are fetched from
   * @param version a made-up one, if need be; its archives hold what those of the real version hold
   */
  manifest(downloadsUrl: string, version?: string): Promise<string>;
  remove(): Promise<void>;
}

/**
 * Builds a release from the bundle in dist/: the JavaScript archive and the npm package, and this machine's executable
 * if asked for.
 *
 * @throws Error with the words of `krew/release.ts` when it fails
 */
export async function buildRelease(of: 'javascript' | 'javascript and executable'): Promise<LocalRelease> {
  const dir = await mkdtemp(join(tmpdir(), 'release-'));
  const script = join(ROOT, 'krew', 'release.ts');
  const only = of === 'javascript' ? 'javascript' : `javascript,${EXECUTABLE}`;
  const args = [script, '--snapshot', '--only', only, '--out', dir];
  succeeded(await run(process.execPath, args, inherited(), ROOT));

  const built = await versionIn(dir);
  const sums = await checksumsIn(dir);
  return {
    dir,
    version: built,
    archive: (variant) => join(dir, archiveName(built, variant === 'executable' ? EXECUTABLE : 'javascript')),
    npmPackage: join(dir, `kubectl-zone-${built}.tgz`),
    async manifest(downloadsUrl, version = built) {
      const checksums = new Map<string, string>();
      for (const [variant, standIn] of STAND_INS) {
        const from = archiveName(built, standIn);
        const to = archiveName(version, variant);
        if (from !== to) await copyFile(join(dir, from), join(dir, to));
        checksums.set(to, sums.get(from) ?? '');
      }
      const template = await readFile(TEMPLATE, 'utf8');
      return krewManifest(template, {
        version,
        homepage: 'https://kubectl-zone.example',
        downloadsUrl,
        checksums,
      });
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

async function versionIn(dir: string): Promise<string> {
  for (const name of await readdir(dir)) {
    const [, version] = /^kubectl-zone_v(.+)_javascript\.tar\.gz$/.exec(name) ?? [];
    if (version !== undefined) return version;
  }
  throw new Error('the release has no JavaScript archive');
}

/** Reads checksums.txt, whose lines have the form of sha256sum's: hash, two spaces, file name. */
async function checksumsIn(dir: string): Promise<ReadonlyMap<string, string>> {
  const lines = (await readFile(join(dir, 'checksums.txt'), 'utf8')).trimEnd().split('\n');
  return new Map(lines.map((line): [string, string] => [line.slice(66), line.slice(0, 64)]));
}
