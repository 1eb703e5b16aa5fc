/** The scale from writes to rows. All charts of a picture share it, so that they can be compared. */
export interface Scale {
  /** Writes per second per row. The capacity is an integral number of rows. */
  rowWrites: number;
  /** Rows up to the capacity. */
  rowsBelow: number;
}

/** More rows below the capacity are not needed to distinguish one flush from none. */
const FINEST = 3;

/**
 * The finest scale with which the charts fit.
 *
 * @param peaks most writes per second of each chart
 * @param room rows for all charts together, without the lines that show the capacity
 */
export function scaleFor(capacity: number, peaks: readonly number[], room: number): Scale {
  for (let rowsBelow = FINEST; rowsBelow > 1; rowsBelow -= 1) {
    const scale = { rowsBelow, rowWrites: capacity / rowsBelow };
    if (peaks.reduce((sum, peak) => sum + rowsFor(scale, peak), 0) <= room) return scale;
  }
  return { rowsBelow: 1, rowWrites: capacity };
}

/** Rows of a chart with this peak; always includes the capacity. */
export function rowsFor({ rowWrites, rowsBelow }: Scale, peak: number): number {
  return Math.max(rowsBelow, Math.ceil(peak / rowWrites));
}
