import type { Manifest } from './manifest.ts';

/** Objects as a stream of YAML documents, or as one JSON List; `kubectl apply -f -` accepts both. */
export async function printManifests(
  manifests: readonly Manifest[],
  output: 'json' | 'yaml',
): Promise<string> {
  if (output === 'json') {
    return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }, undefined, 4)}\n`;
  }
  const { dump } = await import('js-yaml');
  return manifests.map((manifest) => dump(manifest, { lineWidth: -1, noRefs: true })).join('---\n');
}
