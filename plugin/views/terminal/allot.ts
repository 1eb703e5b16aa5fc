import type { Line } from './line.ts';

/** A part of the frame of variable height. */
export interface Section {
  /** Priority for rows: 1 before 2. */
  rank: number;
  /** Minimum useful number of rows. */
  min: number;
  /** Maximum number of rows. */
  want: number;
  /** Its lines, at most `rows`. */
  draw(rows: number): readonly Line[];
}

/**
 * Draws the sections one below the other in at most `rows` rows: by rank each gets its minimum while rows are
 * available, then, again by rank, up to its maximum.
 */
export function stack(sections: readonly Section[], rows: number): Line[] {
  const byRank = [...sections.entries()].sort(([, a], [, b]) => a.rank - b.rank);
  const heights = sections.map(() => 0);
  let left = Math.max(0, rows);
  for (const wanted of ['min', 'want'] as const) {
    for (const [index, section] of byRank) {
      const had = heights[index] ?? 0;
      const more = Math.max(0, Math.min(section[wanted] - had, left));
      heights[index] = had + more;
      left -= more;
    }
  }
  return sections.flatMap((section, index) => {
    const height = heights[index] ?? 0;
    return height === 0 ? [] : section.draw(height).slice(0, height);
  });
}
