import { harmless } from '../../shared/plain-text.ts';

/** Formats rows as kubectl does: columns as wide as their longest entry, separated by three spaces. */
export function textTable(given: readonly (readonly string[])[]): string[] {
  const rows = given.map((row) => row.map(harmless));
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, text.length);
  }
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  );
}
