import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The module of the newest Kubernetes, and of the programs that serve every version. */
export const NEWEST_MODULE = import.meta.dirname;

/**
 * The module of the programs of real nodes. It is apart, so that what they need does not change the checksums of the
 * control plane's module, by which its built programs are cached.
 */
export const NODES_MODULE = join(import.meta.dirname, '..', 'nodes');

/** A module with the programs of one older Kubernetes each, named by its version. */
const OLDER_MODULES = join(import.meta.dirname, 'versions');

/**
 * Finds the folder of the go.mod that pins a version of Kubernetes.
 *
 * @param wanted `1.30.14`, or `1.30`; the newest when undefined or empty
 * @throws Error that names the versions there are
 */
export async function moduleOf(wanted: string | undefined): Promise<string> {
  if (!wanted) return NEWEST_MODULE;
  const newest = await newestVersion();
  const older = await readdir(OLDER_MODULES);
  const is = (version: string) => version === wanted || version.startsWith(`${wanted}.`);
  if (is(newest)) return NEWEST_MODULE;
  const found = older.find(is);
  if (found !== undefined) return join(OLDER_MODULES, found);
  throw new Error(`KUBERNETES=${wanted}: there is no such module, but ${[...older, newest].join(', ')}`);
}

async function newestVersion(): Promise<string> {
  return kubernetesVersionOf(NEWEST_MODULE);
}

/** The version of Kubernetes that a module pins, such as `1.30.14`. */
export async function kubernetesVersionOf(moduleDir: string): Promise<string> {
  const text = await readFile(join(moduleDir, 'go.mod'), 'utf8');
  const [, version] = /^\s*k8s\.io\/kubernetes v(\S+)/m.exec(text) ?? [];
  if (version === undefined) throw new Error('go.mod names no version of k8s.io/kubernetes');
  return version;
}
