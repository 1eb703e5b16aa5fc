import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { makerFor, type Pin } from './pins.ts';

/** Paths of the files from which an executable is built. */
export interface Nodes {
  /** A Node of the runtime's version that runs here. */
  maker: string;
  runtime: string;
  /** Node's licence and those of everything inside Node, which are the same for all platforms. */
  licence: string;
}

/**
 * Finds the files from which an executable for one platform is built.
 *
 * @param nodeModules where npm has put the packages of this platform
 * @param env reads XDG_CACHE_HOME, and is npm's environment
 * @throws Error on another machine than Linux on x64, and as `findRuntime`
 */
export async function findNodes(runtime: Pin, nodeModules: string, env: NodeJS.ProcessEnv): Promise<Nodes> {
  const { platform, arch } = process;
  if (platform !== 'linux' || arch !== 'x64') {
    throw new Error(`executables are built on Linux on x64, and this is ${platform} on ${arch}`);
  }
  const maker = makerFor(runtime);
  const makerDir = await findRuntime(maker, nodeModules, env);
  const runtimeDir = await findRuntime(runtime, nodeModules, env);
  return {
    maker: join(makerDir, maker.program),
    runtime: join(runtimeDir, runtime.program),
    // Not all runtime packages contain it.
    licence: join(makerDir, 'LICENSE'),
  };
}

/**
 * Returns a pinned Node: the package if npm has installed it, otherwise the tarball from the user's npm registry, which is
 * verified and cached.
 *
 * @param nodeModules where npm, which checks what it installs, has put the packages of this platform
 * @param env reads XDG_CACHE_HOME, and is npm's environment
 * @returns the package's folder, with Node and, if the package has one, Node's LICENSE
 * @throws Error if the tarball is not available or does not match the pin
 */
export async function findRuntime(pin: Pin, nodeModules: string, env: NodeJS.ProcessEnv): Promise<string> {
  const installed = join(nodeModules, pin.name);
  if ((await installedVersion(installed)) === pin.version) return installed;
  const kept = join(cacheDir(env), `${pin.name}-${pin.version}`);
  if (!(await exists(kept))) await download(pin, kept, env);
  return kept;
}

/**
 * Whether the bytes have the hash of a pin.
 *
 * @param integrity `sha512-` and the hash in base64
 */
export function hasIntegrity(bytes: Uint8Array, integrity: string): boolean {
  return integrity === `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}

/** Unpacks into a temporary directory first, so that an incomplete download is never used as a runtime. */
async function download(pin: Pin, to: string, env: NodeJS.ProcessEnv): Promise<void> {
  const parent = join(to, '..');
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, '.unpacking-'));
  try {
    const tarball = await npmPack(pin, work, env);
    if (!hasIntegrity(await readFile(tarball), pin.integrity)) {
      throw new Error(`${pin.name}@${pin.version} is not the tarball that krew/executables/pins.ts names`);
    }
    const unpacked = join(work, 'unpacked');
    await mkdir(unpacked);
    await extract({ file: tarball, cwd: unpacked, strip: 1 }, [`package/${pin.program}`, 'package/LICENSE']);
    await rename(unpacked, to).catch(ignoreOther);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Another process has downloaded the same in the meantime. */
function ignoreOther(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}

/** npm knows the user's registry and its credentials. Packing ignores `os` and `cpu`. */
async function npmPack({ name, version }: Pin, dir: string, env: NodeJS.ProcessEnv): Promise<string> {
  const args = ['pack', `${name}@${version}`, '--pack-destination', dir, '--prefer-offline', '--silent'];
  const { stdout } = await promisify(execFile)('npm', args, { env });
  return join(dir, stdout.trim());
}

async function installedVersion(dir: string): Promise<string | undefined> {
  const text = await readFile(join(dir, 'package.json'), 'utf8').catch(ignoreMissing);
  return text === undefined ? undefined : (JSON.parse(text) as { version?: string }).version;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function cacheDir(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kubectl-zone', 'runtimes');
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
