import type { KubeObject } from '../store/object.ts';
import { AGE, type Column } from './columns/column.ts';
import { COLUMNS } from './columns/columns.ts';
import { customColumns } from './columns/custom.ts';
import type { Resource } from './resources.ts';
import { metadataOf } from './view.ts';

const NAME: Column = { name: 'Name', type: 'string', format: 'name', cell: (object) => object.metadata.name };

/** meta.k8s.io/v1 Table of objects with the columns that `kubectl get` shows for them. */
export function tableOf(
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
