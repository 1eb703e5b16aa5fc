/** A union of events without their time, which whoever reports them adds. */
export type Untimed<E extends { atMs: number }> = E extends unknown ? Omit<E, 'atMs'> : never;
