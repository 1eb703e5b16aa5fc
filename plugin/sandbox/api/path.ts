import type { Catalog } from './catalog.ts';
import type { Target } from './write.ts';

/**
 * The resource that a path names, `undefined` for anything else:
 * `/api/v1/…` or `/apis/GROUP/VERSION/…`, then `[namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE]]`.
 */
export function parsePath(catalog: Catalog, path: string): Target | undefined {
  const steps = path.split('/').slice(1).map(decodeURIComponent);
  const core = steps[0] === 'api';
  if (!core && steps[0] !== 'apis') return undefined;
  const [group = '', version = ''] = core ? ['', steps[1]] : [steps[1], steps[2]];
  const rest = steps.slice(core ? 2 : 3);
  if (rest.length === 0 || rest.includes('')) return undefined;

  // Below /namespaces/NS, what follows is a namespaced resource, unless it is a subresource of the namespace itself.
  if (rest[0] === 'namespaces' && rest.length >= 3) {
    const [, namespace, plural = '', name, subresource] = rest;
    const resource = catalog.find(group, version, plural);
    if (resource) return resource.namespaced ? { resource, namespace, name, subresource } : undefined;
  }
  const [plural = '', name, subresource] = rest;
  const resource = catalog.find(group, version, plural);
  if (!resource || (resource.namespaced && name !== undefined)) return undefined;
  return { resource, name, subresource };
}
