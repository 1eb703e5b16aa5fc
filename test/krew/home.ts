import { access, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { kubectlPath } from '../helpers/kubectl.ts';
import { type Ended, run } from './run.ts';

/** The home folder of a new user: nothing in it, and nothing on the PATH but the programs named. */
export interface Home {
  dir: string;
  /** The environment of the user's programs. */
  env: Readonly<Record<string, string>>;
  /** Runs one of the programs, with more in its environment if need be. */
  run(name: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** All files and links below a folder of the home, sorted; none when there is no such folder. */
  files(folder: string): Promise<string[]>;
  /** All files and links of the home but those in caches, which outlive the program that filled them. */
  filesButCaches(): Promise<string[]>;
  remove(): Promise<void>;
}

/** kubectl's folder, which the plugin uses too, npm's own, and where npm has Node keep compiled code. */
const CACHES = /^(\.kube\/cache|\.npm|tmp\/node-compile-cache)\//;

/**
 * Makes a home.
 *
 * @param programs absolute paths by the names that they shall have on the PATH; kubectl is always there
 * @param folders below the home, that are on the PATH in front of the programs
 */
export async function makeHome(
  programs: Readonly<Record<string, string>>,
  folders: readonly string[],
): Promise<Home> {
  const dir = await mkdtemp(join(tmpdir(), 'home-'));
  const bin = join(dir, 'programs');
  const temporary = join(dir, 'tmp');
  await Promise.all([mkdir(bin), mkdir(temporary)]);
  for (const [name, path] of Object.entries({ kubectl: await kubectlPath(), ...programs })) {
    await symlink(path, join(bin, name));
  }
  const path = [...folders.map((folder) => join(dir, folder)), bin].join(delimiter);
  const env = { HOME: dir, TMPDIR: temporary, PATH: path, GIT_CONFIG_NOSYSTEM: '1' };
  return {
    dir,
    env,
    run: (name, args, extra = {}) => run(join(bin, name), args, { ...env, ...extra }),
    files: (folder) => filesBelow(join(dir, folder)),
    filesButCaches: async () => (await filesBelow(dir)).filter((file) => !CACHES.test(file)),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

async function filesBelow(dir: string): Promise<string[]> {
  if (!(await exists(dir))) return [];
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort();
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * The programs of that name on our own PATH, the first one first.
 *
 * @returns absolute paths
 */
export async function programsOnPath(name: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (await exists(join(folder, name))) found.push(join(folder, name));
  }
  return found;
}

/** @throws Error when there is no program of that name on our own PATH */
export async function programOnPath(name: string): Promise<string> {
  const [path] = await programsOnPath(name);
  if (path === undefined) throw new Error(`There is no ${name} on the PATH.`);
  return path;
}
