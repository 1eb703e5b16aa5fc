/** More than this many lines nobody reads before saying yes. */
const MOST_LINES = 20;
const LONGEST_VALUE = 80;
/** Of a long value that changes far from its beginning, this much is shown before the change. */
const LEAD = 20;

type Container = { kind: 'object' | 'list'; entries: ReadonlyMap<string, unknown> };

/**
 * What changes between two JSON values, a line for each leaf: `spec.containers[app].image: v1 → v2`. Entries of lists
 * that have names of their own are matched by name, others by their place. A field that is null is one that is not
 * there, as the API server has it.
 *
 * @returns no lines when, and only when, the values are the same
 */
export function differences(before: unknown, after: unknown): string[] {
  const lines = [...compare(before, after, '')];
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES), `… and ${lines.length - MOST_LINES} more`];
}

function* compare(before: unknown, after: unknown, path: string): Generator<string> {
  const [old, now] = [containerOf(before, after), containerOf(after, before)];
  if (!old || !now || old.kind !== now.kind) {
    if (!isSame(before, after)) yield `${path}: ${shownPair(before, after)}`;
    return;
  }
  for (const key of new Set([...old.entries.keys(), ...now.entries.keys()])) {
    yield* compare(old.entries.get(key), now.entries.get(key), join(path, key, old.kind));
  }
  if (old.kind === 'list' && !isSameOrder([...old.entries.keys()], [...now.entries.keys()])) {
    yield `${path}: in the order ${[...now.entries.keys()].join(', ')}`;
  }
}

/** A value that holds others, with their keys; undefined for anything else. */
function containerOf(value: unknown, other: unknown): Container | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) {
    return { kind: 'object', entries: new Map(Object.entries(value).filter(([, each]) => isThere(each))) };
  }
  const byName = hasNames(value) && Array.isArray(other) && hasNames(other);
  const entries = value.map(
    (each: unknown, index) => [byName ? `${nameOf(each)}` : `${index}`, each] as const,
  );
  return { kind: 'list', entries: new Map(entries) };
}

/** Whether each entry has a name that no other has. */
function hasNames(list: readonly unknown[]): boolean {
  const names = list.map(nameOf);
  return names.every((name) => name !== undefined) && new Set(names).size === names.length;
}

function nameOf(value: unknown): string | undefined {
  const name = typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** The entries that both have stand in the same order. */
function isSameOrder(old: readonly string[], now: readonly string[]): boolean {
  const kept = old.filter((key) => now.includes(key));
  return now.filter((key) => old.includes(key)).every((key, index) => key === kept[index]);
}

/** Of values that are not both objects or both lists. */
function isSame(before: unknown, after: unknown): boolean {
  if (!isThere(before) || !isThere(after)) return isThere(before) === isThere(after);
  return before === after;
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Keys such as `kubectl.kubernetes.io/restartedAt` are told from a path of several fields. */
function join(path: string, key: string, kind: Container['kind']): string {
  if (kind === 'list' || !/^[\w-]+$/.test(key)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function shownPair(before: unknown, after: unknown): string {
  const [old, now] = [textOf(before), textOf(after)];
  const same = commonStart(old, now);
  const from = Math.max(old.length, now.length) > LONGEST_VALUE ? Math.max(0, same - LEAD) : 0;
  return `${cut(old, from)} → ${cut(now, from)}`;
}

function commonStart(a: string, b: string): number {
  let index = 0;
  while (index < a.length && a[index] === b[index]) index += 1;
  return index;
}

function cut(text: string, from: number): string {
  const start = from > 0 ? `…${text.slice(from)}` : text;
  return start.length > LONGEST_VALUE ? `${start.slice(0, LONGEST_VALUE - 1)}…` : start;
}

function textOf(value: unknown): string {
  if (!isThere(value)) return '(none)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
