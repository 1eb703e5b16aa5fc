import { type Fields, fieldsAt, isFields, type KubeObject } from '../../store/object.ts';

/** A column of `kubectl get`; priority 1 shows with `-o wide` only. */
export interface Column {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string;
  priority?: number;
  cell(object: KubeObject, nowMs: number): unknown;
}

/** A text column. */
export function text(name: string, cell: Column['cell'], priority = 0): Column {
  return { name, type: 'string', priority, cell };
}

/** A number column of a field in spec or status. */
export function count(name: string, section: 'spec' | 'status', field: string): Column {
  return { name, type: 'integer', cell: (object) => Number(fieldsAt(object, section)[field] ?? 0) };
}

/** The age column at the end of most tables. */
export const AGE = text('Age', (object, nowMs) => age(object.metadata.creationTimestamp, nowMs));

/** Containers and images of a pod template, shown by `-o wide`. */
export const CONTAINERS = text('Containers', (object) => templateContainers(object, 'name'), 1);
export const IMAGES = text('Images', (object) => templateContainers(object, 'image'), 1);
export const SELECTOR = text(
  'Selector',
  (object) => {
    const labels = Object.entries(fieldsAt(object, 'spec', 'selector', 'matchLabels'));
    return labels.map(([key, value]) => `${key}=${value}`).join(',') || '<none>';
  },
  1,
);

function templateContainers(object: KubeObject, field: string): string {
  return fieldsIn(fieldsAt(object, 'spec', 'template', 'spec').containers)
    .map((container) => String(container[field] ?? ''))
    .join(',');
}

/** The objects in a list; empty if the value is not a list. */
export function fieldsIn(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** Time since a timestamp in kubectl's short form; `<unknown>` without one. */
export function age(timestamp: unknown, nowMs: number): string {
  if (typeof timestamp !== 'string') return '<unknown>';
  return shortDuration(nowMs - Date.parse(timestamp));
}

/** Milliseconds as `45s`, `3m20s`, `47m`, `5h12m`, `2d3h`, `400d` (apimachinery, duration.HumanDuration). */
export function shortDuration(durationMs: number): string {
  const s = Math.floor(durationMs / 1000);
  if (s < -1) return '<invalid>';
  if (s < 0) return '0s';
  const m = Math.floor(s / 60);
  const h = Math.floor(m / 60);
  const d = Math.floor(h / 24);
  if (s < 120) return `${s}s`;
  if (m < 10) return joined(m, 'm', s % 60, 's');
  if (m < 180) return `${m}m`;
  if (h < 8) return joined(h, 'h', m % 60, 'm');
  if (h < 48) return `${h}h`;
  if (h < 24 * 8) return joined(d, 'd', h % 24, 'h');
  if (d < 365 * 2) return `${d}d`;
  if (d < 365 * 8) return joined(Math.floor(d / 365), 'y', d % 365, 'd');
  return `${Math.floor(d / 365)}y`;
}

function joined(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;
}
