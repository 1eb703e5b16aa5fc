import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, constants, mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildTools } from './go-build.ts';
import { TOOLS, type Tool } from './tools.ts';

/** Absolute path of each program. */
export type Binaries = Readonly<Record<Tool, string>>;

const MODULE_DIR = import.meta.dirname;

/**
 * Finds the programs of the control plane, and builds those that are nowhere.
 *
 * The order: the folder that KUBEBUILDER_ASSETS names (setup-envtest fills it with etcd, kube-apiserver and
 * kubectl), the user's cache, Go.
 *
 * @param env reads KUBEBUILDER_ASSETS, XDG_CACHE_HOME and PATH
 * @param progress receives lines on what is being built
 * @throws Error that says what is missing and how to get it, when something must be built and there is no Go
 */
export async function findBinaries(
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
): Promise<Binaries> {
  const cacheDir = await cacheFolder(env);
  const assetsDir = env.KUBEBUILDER_ASSETS;
  const folders = assetsDir ? [assetsDir, cacheDir] : [cacheDir];

  const found = new Map<Tool, string>();
  for (const tool of TOOLS) {
    const path = await firstExecutable(folders.map((folder) => join(folder, tool)));
    if (path) found.set(tool, path);
  }

  const missing = TOOLS.filter((tool) => !found.has(tool));
  if (missing.length > 0) {
    if (assetsDir) progress(`not in KUBEBUILDER_ASSETS (${assetsDir}): ${missing.join(', ')}`);
    await requireGo(missing, env);
    await mkdir(cacheDir, { recursive: true });
    await buildTools(missing, { moduleDir: MODULE_DIR, intoDir: cacheDir, env, progress });
  }

  const pathOf = (tool: Tool) => found.get(tool) ?? join(cacheDir, tool);
  return {
    etcd: pathOf('etcd'),
    'kube-apiserver': pathOf('kube-apiserver'),
    'kube-controller-manager': pathOf('kube-controller-manager'),
    'kube-scheduler': pathOf('kube-scheduler'),
    kwok: pathOf('kwok'),
    kubectl: pathOf('kubectl'),
  };
}

/** A folder of its own for each set of pinned versions and each platform. */
async function cacheFolder(env: NodeJS.ProcessEnv): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform}/${process.arch}`);
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(MODULE_DIR, file)));
  const caches = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(caches, 'kubectl-zone', 'control-plane', hash.digest('hex').slice(0, 16));
}

async function firstExecutable(candidates: readonly string[]): Promise<string | undefined> {
  for (const path of candidates) {
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function requireGo(missing: readonly Tool[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await promisify(execFile)('go', ['version'], { env });
  } catch (cause) {
    throw new Error(
      `The control plane needs ${missing.join(', ')}, found neither in KUBEBUILDER_ASSETS nor in the cache, and ` +
        'there is no Go to build them. Install Go 1.26 or newer (https://go.dev/dl), or set KUBEBUILDER_ASSETS to a ' +
        'folder that holds these programs.',
      { cause },
    );
  }
}
