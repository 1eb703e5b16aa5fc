const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Longer than any valid duration. */
const LONGEST_TEXT = 100;

/**
 * Parses a duration as kubectl's flags accept it (Go's time.ParseDuration without sub-millisecond units and
 * signs): `30s`, `1h30m`, `1.5m`, `250ms`, `0`.
 *
 * @returns milliseconds, or undefined for anything else, including a number without a unit
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (text.length > LONGEST_TEXT || !/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d{1,100}(?:\.\d{1,100})?)(ms|s|m|h)/g)) {
    totalMs += Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  }
  return Number.isSafeInteger(Math.round(totalMs)) ? Math.round(totalMs) : undefined;
}

/**
 * Formats a duration for display: `47s`, `2m 05s`, `1h 02m`. Truncates fractions of a second; a negative
 * duration (clocks set back) is `0s`.
 */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${twoDigits(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
