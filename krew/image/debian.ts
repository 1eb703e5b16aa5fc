import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Parser } from 'tar';

const run = promisify(execFile);

/** A file in a package, or where a link leads. */
export type PackagedFile = { content: Buffer } | { target: string };

/** An unpacked Debian package. */
export interface DebianPackage {
  name: string;
  /** Its control file: name, version, source and so on. */
  control: string;
  /** By path, without a leading slash. */
  files: ReadonlyMap<string, PackagedFile>;
}

/** Finds packages by name, downloading them if need be. */
export type FetchPackages = (names: readonly string[]) => Promise<DebianPackage[]>;

export interface PackageSource {
  architecture: 'amd64' | 'arm64';
  /** Packages that are here are not downloaded, and those that are downloaded are kept here. */
  dir: string;
  /** apt's environment. */
  env: NodeJS.ProcessEnv;
}

/**
 * Fetches Debian packages, with apt, of an architecture that need not be this machine's. The machine's sources, keys
 * and proxies are used, and nothing on it is changed.
 *
 * @returns a function that rejects when apt or dpkg is missing, or apt cannot download and verify a package
 */
export function debianPackages({ architecture, dir, env }: PackageSource): FetchPackages {
  const find = async (name: string) => {
    const found = (await readdir(dir)).find(
      (file) => file.startsWith(`${name}_`) && file.endsWith(`_${architecture}.deb`),
    );
    return found === undefined ? undefined : join(dir, found);
  };
  return async (names) => {
    const absent: string[] = [];
    for (const name of names) if ((await find(name)) === undefined) absent.push(name);
    if (absent.length > 0) await download(absent, { architecture, dir, env });
    return Promise.all(
      names.map(async (name) => {
        const archive = await find(name);
        if (archive === undefined) throw new Error(`apt-get download ${name} has left no package`);
        return unpack(archive);
      }),
    );
  };
}

/** Uses a state of its own: the machine's has no lists of other architectures, and belongs to root. */
async function download(names: readonly string[], { architecture, dir, env }: PackageSource): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), 'kubectl-zone-apt-'));
  const settings = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    `Dir::State=${join(state, 'state')}`,
    `Dir::State::status=${join(state, 'status')}`,
    `Dir::Cache=${join(state, 'cache')}`,
    // Lists of translations and icons are never read here.
    'Acquire::Languages=none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
    // apt's own user may not write into the folder.
    'APT::Sandbox::User=root',
  ].flatMap((setting) => ['--option', setting]);
  const apt = (...args: string[]) =>
    run('apt-get', [...settings, '--quiet', ...args], { cwd: dir, env: { ...env, LC_ALL: 'C' } }).catch(
      explain,
    );
  try {
    for (const each of ['state/lists/partial', 'cache/archives/partial']) {
      await mkdir(join(state, each), { recursive: true });
    }
    await writeFile(join(state, 'status'), '');
    await apt('update', '--error-on=any');
    await apt('download', ...names);
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

/** apt's last words; a program that is missing is named. */
function explain(error: NodeJS.ErrnoException & { stderr?: string }): never {
  if (error.code === 'ENOENT') {
    throw new Error(
      'the libraries of the image come from Debian packages: apt-get and dpkg-deb are required',
    );
  }
  throw new Error(`apt-get: ${(error.stderr ?? error.message).trim()}`);
}

async function unpack(archive: string): Promise<DebianPackage> {
  const { stdout: control } = await run('dpkg-deb', ['--field', archive]).catch(explain);
  const { stdout: tar } = await run('dpkg-deb', ['--fsys-tarfile', archive], {
    encoding: 'buffer',
    maxBuffer: 512 * 1024 * 1024,
  });
  const [, name] = /^Package: (.*)$/m.exec(control) ?? [];
  if (name === undefined) throw new Error(`${archive} names no package`);
  return { name, control, files: await filesIn(tar) };
}

async function filesIn(tar: Buffer): Promise<Map<string, PackagedFile>> {
  const files = new Map<string, PackagedFile>();
  const parser = new Parser();
  parser.on('entry', (entry) => {
    const path = entry.path.replace(/^\.\//, '');
    if (entry.type === 'SymbolicLink') files.set(path, { target: entry.linkpath ?? '' });
    if (entry.type !== 'File') {
      entry.resume();
      return;
    }
    const chunks: Buffer[] = [];
    entry.on('data', (chunk: Buffer) => chunks.push(chunk));
    entry.on('end', () => files.set(path, { content: Buffer.concat(chunks) }));
  });
  const end = new Promise((resolve, reject) => parser.once('end', resolve).once('error', reject));
  parser.end(tar);
  await end;
  return files;
}
