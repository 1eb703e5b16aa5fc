/** More lines would not be read before confirming. */
const MOST_LINES = 20;
const LONGEST_VALUE = 80;
/** How much of a long value is shown before its first change. */
const LEAD = 20;

type Container = { kind: 'object' | 'list'; entries: ReadonlyMap<string, unknown> };

/**
 * The changes between two JSON values, one line per leaf: `spec.containers[app].image: v1 → v2`. List entries with
 * unique names are matched by name, others by position. A null field counts as absent, as in the API server.
 *
 * @returns no lines if and only if the values are equal
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

/** An object or list with its keys; undefined for anything else. */
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

/** Whether every entry has a unique name. */
function hasNames(list: readonly unknown[]): boolean {
  const names = list.map(nameOf);
  return names.every((name) => name !== undefined) && new Set(names).size === names.length;
}

function nameOf(value: unknown): string | undefined {
  const name = typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Whether the common entries are in the same order. */
function isSameOrder(old: readonly string[], now: readonly string[]): boolean {
  const kept = old.filter((key) => now.includes(key));
  return now.filter((key) => old.includes(key)).every((key, index) => key === kept[index]);
}

/** For values that are not both objects or both lists. */
function isSame(before: unknown, after: unknown): boolean {
  if (!isThere(before) || !isThere(after)) return isThere(before) === isThere(after);
  return before === after;
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Keys such as `kubectl.kubernetes.io/restartedAt` must be distinguishable from a path of several fields. */
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
