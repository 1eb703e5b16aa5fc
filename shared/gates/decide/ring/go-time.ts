const PRINTED = /^(?<day>\d{4}-\d{2}-\d{2}) (?<time>\d{2}:\d{2}:\d{2}(?:\.\d+)?) (?<zone>[+-]\d{4})\b/;
const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Parses a time as Go's `time.Time` encodes it in JSON (RFC 3339) or prints it (`2026-01-01 13:00:00 +0100 CET`).
 *
 * @returns epoch ms, truncated; undefined for anything else, and for Go's zero time, the year 1
 */
export function parseGoTime(text: string): number | undefined {
  const { day, time, zone } = PRINTED.exec(text)?.groups ?? {};
  const standard = zone === undefined ? text : `${day}T${time}${zone.slice(0, 3)}:${zone.slice(3)}`;
  if (!RFC3339.test(standard) || standard.startsWith('0001-')) return undefined;
  const atMs = Date.parse(standard);
  return Number.isNaN(atMs) ? undefined : atMs;
}
