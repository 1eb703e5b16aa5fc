import { join } from 'node:path';
import * as z from 'zod/mini';
import { Manifest } from './manifest.ts';

/** Replaced by the objects of `manifests/`, as JSON, when the plugin is bundled. */
declare const KUBECTL_ZONE_MANIFESTS: string | undefined;

/** The objects that belong to this version, as `manifests/kustomization.yaml` lists them. */
export async function shippedManifests(): Promise<Manifest[]> {
  if (typeof KUBECTL_ZONE_MANIFESTS === 'string') {
    return z.array(Manifest).parse(JSON.parse(KUBECTL_ZONE_MANIFESTS));
  }
  const { readManifestFolder } = await import('./read-folder.ts');
  return readManifestFolder(join(import.meta.dirname, '..', '..', '..', 'manifests'));
}
