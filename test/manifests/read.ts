import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import * as z from 'zod/mini';

/** The folder of the manifests. */
export const MANIFESTS = join(import.meta.dirname, '..', '..', 'manifests');

const KubeObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

/** An object of a manifest; `at` reaches into it. */
export type ManifestObject = z.infer<typeof KubeObject>;

/** The objects of a file below `manifests`. */
export async function objectsIn(path: string): Promise<ManifestObject[]> {
  return loadAll(await readFile(join(MANIFESTS, path), 'utf8')).map((object) => KubeObject.parse(object));
}

/** The only object of this kind in a file. */
export async function objectIn(path: string, kind: string): Promise<ManifestObject> {
  const found = (await objectsIn(path)).filter((object) => object.kind === kind);
  const [object] = found;
  if (!object || found.length > 1) throw new Error(`${path} has ${found.length} objects of kind ${kind}`);
  return object;
}

/** The value at a path of keys and indices; undefined where the path ends. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

/** The names of the files in a folder below `manifests`, sorted. */
export async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(join(MANIFESTS, folder))).sort();
}
