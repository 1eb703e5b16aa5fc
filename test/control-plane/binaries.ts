import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, constants, mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildTool } from './go-build.ts';
import { moduleOf, NEWEST_MODULE, NODES_MODULE } from './modules.ts';
import {
  type ControlPlaneTool,
  isOfKubernetes,
  NODE_TOOLS,
  type NodeTool,
  TOOLS,
  type Tool,
} from './tools.ts';

/** Absolute path of each program. */
export type Binaries<T extends Tool = ControlPlaneTool> = Readonly<Record<T, string>>;

/**
 * Finds the programs of the control plane, and builds those that are nowhere.
 *
 * The order: the folder that KUBEBUILDER_ASSETS names (setup-envtest fills it with etcd, kube-apiserver and
 * kubectl), the user's cache, Go. KUBERNETES names a version of Kubernetes, `1.30.14`; its programs are then not looked
 * for in KUBEBUILDER_ASSETS, which has those of some other version.
 *
 * @param env reads KUBERNETES, KUBEBUILDER_ASSETS, XDG_CACHE_HOME and PATH
 * @param progress receives lines on what is being built
 * @throws Error that says what is missing and how to get it, when something must be built and there is no Go
 */
export async function findBinaries(
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
): Promise<Binaries> {
  const wanted = await moduleOf(env.KUBERNETES);
  const moduleFor = (tool: Tool) => (isOfKubernetes(tool) ? wanted : NEWEST_MODULE);
  return findOrBuild(TOOLS, moduleFor, env, progress);
}

/**
 * Finds or builds the programs of real nodes in the same way, always of the newest version.
 *
 * @throws Error as `findBinaries`
 */
export async function findNodeBinaries(
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
): Promise<Binaries<NodeTool>> {
  return findOrBuild(NODE_TOOLS, () => NODES_MODULE, env, progress);
}

async function findOrBuild<T extends Tool>(
  tools: readonly T[],
  moduleFor: (tool: T) => string,
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
): Promise<Binaries<T>> {
  const programs = await Promise.all(tools.map((tool) => locate(tool, moduleFor(tool), env)));
  const missing = programs.filter(({ isThere }) => !isThere);
  if (missing.length > 0) {
    const names = missing.map(({ tool }) => tool);
    const notInAssets = missing.filter(({ inAssets }) => inAssets).map(({ tool }) => tool);
    if (notInAssets.length > 0) {
      progress(`not in KUBEBUILDER_ASSETS (${env.KUBEBUILDER_ASSETS}): ${notInAssets.join(', ')}`);
    }
    await requireGo(names, env);
    for (const { tool, moduleDir, path } of missing) {
      await mkdir(dirname(path), { recursive: true });
      await buildTool(tool, path, { moduleDir, env, progress });
    }
  }
  return Object.fromEntries(programs.map(({ tool, path }) => [tool, path])) as Binaries<T>;
}

interface Program {
  tool: Tool;
  /** Where it is, or will be once it is built. */
  path: string;
  isThere: boolean;
  /** Whether KUBEBUILDER_ASSETS was looked into. */
  inAssets: boolean;
  /** The folder of the go.mod that pins its version. */
  moduleDir: string;
}

async function locate(tool: Tool, moduleDir: string, env: NodeJS.ProcessEnv): Promise<Program> {
  const assetsDir = env.KUBERNETES && isOfKubernetes(tool) ? undefined : env.KUBEBUILDER_ASSETS;
  const built = join(await cacheFolder(moduleDir, env), tool);
  const path = await firstExecutable(assetsDir ? [join(assetsDir, tool), built] : [built]);
  return {
    tool,
    path: path ?? built,
    isThere: path !== undefined,
    inAssets: Boolean(assetsDir),
    moduleDir,
  };
}

/** A folder of its own for each set of pinned versions and each platform. */
async function cacheFolder(moduleDir: string, env: NodeJS.ProcessEnv): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform}/${process.arch}`);
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(moduleDir, file)));
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
      `The test cluster needs ${missing.join(', ')}, found neither in KUBEBUILDER_ASSETS nor in the cache, and ` +
        'there is no Go to build them. Install Go 1.26 or newer (https://go.dev/dl), or set KUBEBUILDER_ASSETS to a ' +
        'folder that holds these programs.',
      { cause },
    );
  }
}
