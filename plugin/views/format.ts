import { stripVTControlCharacters } from 'node:util';

/**
 * A duration as people say it: `47s`, `2m 05s`, `1h 02m`. Parts of a second are cut off; a negative duration, which
 * clocks that were set back can produce, is `0s`.
 */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${twoDigits(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`;
}

/** `1 wave`, `3 waves`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first names and how many there are beyond them: `a, b and 12 more`. */
export function firstNames(names: readonly string[], shown = 2): string {
  if (names.length <= shown + 1) return names.join(', ');
  return `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`;
}

/** Whole percent, and 100 only when nothing is missing. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((part * 100) / whole);
}

/**
 * Text from the cluster as one harmless line: escape sequences are removed, and control characters, line separators
 * and bidirectional overrides, which could forge or hide output, become spaces.
 */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();
}

/** A revision without the workload's name in front: `ingester-7d9f8c` of `ingester` is `7d9f8c`. */
export function shortRevision(revision: string, workloadName: string): string {
  return revision.startsWith(`${workloadName}-`) ? revision.slice(workloadName.length + 1) : revision;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
