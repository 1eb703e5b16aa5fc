export { formatDuration } from './duration.ts';
export { oneLine } from './plain-text.ts';

/** `1 wave`, `3 waves`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first names and the number of others: `a, b and 12 more`. */
export function firstNames(names: readonly string[], shown = 2): string {
  if (names.length <= shown + 1) return names.join(', ');
  return `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`;
}

/** Percentage rounded down; 100 only when nothing is missing. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((part * 100) / whole);
}

/** A revision without the workload's name as its prefix: `ingester-7d9f8c` of `ingester` is `7d9f8c`. */
export function shortRevision(revision: string, workloadName: string): string {
  return revision.startsWith(`${workloadName}-`) ? revision.slice(workloadName.length + 1) : revision;
}
