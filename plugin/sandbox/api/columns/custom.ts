import { type Fields, isFields } from '../../store/object.ts';
import type { PrinterColumn } from '../resources.ts';
import { age, type Column } from './column.ts';

/** Columns of a custom resource from its additionalPrinterColumns. */
export function customColumns(columns: readonly PrinterColumn[]): Column[] {
  return columns.map(({ name, type, jsonPath, priority }) => ({
    name,
    type: type === 'date' ? 'string' : isColumnType(type) ? type : 'string',
    priority: priority ?? 0,
    cell(object, nowMs) {
      const value = simpleJsonPath(object, jsonPath);
      if (type === 'date') return value === undefined ? '<unknown>' : age(value, nowMs);
      return isFields(value) || Array.isArray(value) ? JSON.stringify(value) : (value ?? '');
    },
  }));
}

function isColumnType(type: string): type is Column['type'] {
  return ['string', 'integer', 'number', 'boolean'].includes(type);
}

/**
 * The subset of JSONPath that printer columns use: `.a.b`, `.a['b.c']`, `.a[0]` and `.a[?(@.type=="Ready")].b`,
 * and `\.` for a dot within a name.
 */
export function simpleJsonPath(object: Fields, path: string): unknown {
  const steps = path.matchAll(
    /\.((?:\\.|[^.[\]])+)|\['([^']+)'\]|\[(\d+)\]|\[\?\(@\.(\w+)\s*==\s*["']([^"']*)["']\)\]/g,
  );
  let at: unknown = object;
  for (const [, field, quoted, index, key, wanted] of steps) {
    if (index !== undefined) at = Array.isArray(at) ? at[Number(index)] : undefined;
    else if (key !== undefined)
      at = Array.isArray(at) ? at.find((entry) => isFields(entry) && entry[key] === wanted) : undefined;
    else at = isFields(at) ? at[(field ?? quoted ?? '').replaceAll('\\.', '.')] : undefined;
  }
  return at;
}
