/** More than this many lines nobody reads before saying yes. */
const MOST_LINES = 20;
const LONGEST_VALUE = 80;

/**
 * What changes between two JSON values, a line for each leaf: `spec.containers[app].image: v1 → v2`. Entries of lists
 * that have names are matched by name, others by their place.
 */
export function differences(before: unknown, after: unknown): string[] {
  const lines = [...compare(before, after, '')];
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES), `… and ${lines.length - MOST_LINES} more`];
}

function* compare(before: unknown, after: unknown, path: string): Generator<string> {
  const [old, now] = [entriesOf(before), entriesOf(after)];
  if (!old || !now) {
    if (JSON.stringify(before) !== JSON.stringify(after)) yield `${path}: ${shown(before)} → ${shown(after)}`;
    return;
  }
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    yield* compare(old.get(key), now.get(key), join(path, key));
  }
}

/** The fields of an object or the entries of a list by their keys; undefined for anything else. */
function entriesOf(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value).filter(([, each]) => each !== null));
  return new Map(value.map((each: unknown, index) => [`[${nameOf(each) ?? index}]`, each]));
}

function nameOf(value: unknown): string | undefined {
  const name = typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined;
  return typeof name === 'string' ? name : undefined;
}

function join(path: string, key: string): string {
  return path === '' || key.startsWith('[') ? `${path}${key}` : `${path}.${key}`;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '(none)';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}
