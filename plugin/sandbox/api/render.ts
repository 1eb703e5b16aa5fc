import { jsonOf, type KubeObject } from '../store/object.ts';
import type { Page } from './list.ts';
import type { ApiRequest } from './message.ts';
import type { Resource } from './resources.ts';
import { tableOf } from './table.ts';
import { metadataOf, viewOf } from './view.ts';

/** One object in the representation that the client asked for, as JSON text. */
export function render(resource: Resource, object: KubeObject, request: ApiRequest, nowMs: number): string {
  if (request.representation === 'metadata') return JSON.stringify(metadataOf(object));
  if (request.representation !== 'table') return jsonOf(object);
  const metadata = { resourceVersion: object.metadata.resourceVersion };
  return JSON.stringify(tableOf(resource, [object], metadata, request.query.get('includeObject'), nowMs));
}

/** A list as a table, or reduced to metadata. */
export function renderList(resource: Resource, page: Page, request: ApiRequest, nowMs: number): string {
  const objects = page.objects.map((object) => viewOf(resource, object));
  if (request.representation === 'metadata')
    return JSON.stringify({
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata: page.metadata,
      items: objects.map(metadataOf),
    });
  return JSON.stringify(tableOf(resource, objects, page.metadata, request.query.get('includeObject'), nowMs));
}
