import { jsonOf, type KubeObject } from '../store/object.ts';
import { AGE, type Column } from './columns/column.ts';
import { COLUMNS } from './columns/columns.ts';
import { customColumns } from './columns/custom.ts';
import type { Page } from './list.ts';
import type { ApiRequest } from './message.ts';
import type { Resource } from './resources.ts';
import { metadataOf, viewOf } from './view.ts';

/** One object in the requested representation, as JSON text. */
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

const NAME: Column = { name: 'Name', type: 'string', format: 'name', cell: (object) => object.metadata.name };

/** meta.k8s.io/v1 Table of objects with the columns of `kubectl get`. */
function tableOf(
  resource: Resource,
  objects: readonly KubeObject[],
  metadata: object,
  includeObject: string | null,
  nowMs: number,
): object {
  const columns = columnsOf(resource);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type, format, priority }) => ({
      name,
      type,
      format: format ?? '',
      description: '',
      priority: priority ?? 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, nowMs)),
      ...(includeObject === 'None'
        ? {}
        : { object: includeObject === 'Object' ? object : metadataOf(object) }),
    })),
  };
}

function columnsOf(resource: Resource): readonly Column[] {
  const own = COLUMNS[resource.storage];
  if (own) return own[0]?.name === 'Last Seen' ? own : [NAME, ...own];
  if (resource.printerColumns?.length) return [NAME, ...customColumns(resource.printerColumns)];
  return [NAME, AGE];
}
