import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import * as z from 'zod/mini';
import { Manifest } from './manifest.ts';

const Kustomization = z.object({ resources: z.array(z.string()) });

/**
 * The objects of a kustomization, in its order. It follows `resources` and supports nothing else of kustomize: the files
 * contain their namespaces and labels. Called by the bundler, and by the plugin when it runs from source.
 *
 * @param folder one with a kustomization.yaml
 * @throws Error if a file is missing or invalid
 */
export function readManifestFolder(folder: string): Manifest[] {
  const { resources } = Kustomization.parse(load(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')));
  return resources.flatMap((resource) => {
    const path = join(folder, resource);
    if (!resource.endsWith('.yaml')) return readManifestFolder(path);
    return loadAll(readFileSync(path, 'utf8')).map((document) => Manifest.parse(document));
  });
}
