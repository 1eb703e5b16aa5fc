/** A union of events without their time, which the reporter adds. */
export type Untimed<E extends { atMs: number }> = E extends unknown ? Omit<E, 'atMs'> : never;
