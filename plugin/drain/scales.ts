import type { ScaleRead, ScaleRef } from '../../shared/budget/decide/owners.ts';
import type { ScaleReader } from '../../shared/budget/read-scale.ts';
import type { Clock } from '../../shared/clock.ts';

/** Replica counts of owners of kinds unknown in advance. */
export interface Scales {
  /** The last read. Undefined on first use, which triggers a read. */
  get(ref: ScaleRef): ScaleRead | undefined;
  /** Stops reading. */
  stop(): void;
}

/** The maximum age of a scale, which cannot be watched. */
const SCALE_LIFETIME_MS = 10_000;

/**
 * Reads a scale on first use, and again while it is in use.
 *
 * @param onChange called when a scale is first known or changes
 */
export function watchScales(read: ScaleReader, clock: Clock, onChange: () => void): Scales {
  const known = new Map<string, ScaleRead>();
  const asked = new Set<string>();
  const timers = new Map<string, () => void>();
  const reading = new Set<string>();
  let stopped = false;

  async function refresh(ref: ScaleRef): Promise<void> {
    reading.add(ref.uid);
    const answer = await read(ref);
    reading.delete(ref.uid);
    if (stopped) return;
    const before = known.get(ref.uid);
    known.set(ref.uid, answer);
    asked.delete(ref.uid);
    timers.set(
      ref.uid,
      clock.schedule(SCALE_LIFETIME_MS, () => {
        timers.delete(ref.uid);
        if (asked.has(ref.uid)) void refresh(ref);
        else known.delete(ref.uid);
      }),
    );
    if (JSON.stringify(before) !== JSON.stringify(answer)) onChange();
  }

  return {
    get(ref) {
      asked.add(ref.uid);
      const answer = known.get(ref.uid);
      if (!answer && !reading.has(ref.uid) && !stopped) void refresh(ref);
      return answer;
    },
    stop() {
      stopped = true;
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
