/** How far a live view of a rollout says that it is. */
export interface Moment {
  podsNew: number;
  pods: number;
  /** `zone-a 12/12` for each zone. */
  zones: readonly string[];
  /** Where the view begins. */
  firstRow: number;
}

/**
 * Reads the screen of a live view.
 *
 * @returns undefined for a screen that does not show the whole of a frame
 */
export function momentOf(rows: readonly string[]): Moment | undefined {
  const text = rows.join('\n');
  const firstRow = rows.findIndex((row) => /^\S+ \S+ +revision /.test(row));
  const progress = /(\d+) of (\d+) pods new/.exec(text);
  if (!progress || firstRow < 0 || !/\? help *$/m.test(text)) return undefined;
  const [podsNew, pods] = progress.slice(1).map(Number);
  const zones = [...text.matchAll(/^. (zone-\S+) +(\d+)\/(\d+)/gm)].map(([, zone, updated, all]) => ({
    name: `${zone} ${updated}/${all}`,
    updated: Number(updated),
  }));
  const sum = zones.reduce((total, { updated }) => total + updated, 0);
  if (podsNew === undefined || pods === undefined || sum !== podsNew) return undefined;
  return { podsNew, pods, zones: zones.map(({ name }) => name), firstRow };
}
