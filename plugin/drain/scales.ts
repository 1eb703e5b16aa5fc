import type { ScaleRead, ScaleRef } from '../../shared/budget/decide/owners.ts';
import type { ScaleReader } from '../../shared/budget/read-scale.ts';
import type { Clock } from '../../shared/clock.ts';

/** What owners ask for whose kind nobody knows in advance. */
export interface Scales {
  /** As read last. Undefined for one that is asked for the first time, which is then read. */
  get(ref: ScaleRef): ScaleRead | undefined;
  /** Reads nothing more. */
  stop(): void;
}

/** There is no watch for a scale: this is how old it may be. */
const SCALE_LIFETIME_MS = 10_000;

/**
 * Reads a scale when it is asked for, and again and again as long as it is.
 *
 * @param onChange called when a scale is known for the first time, or is another than before
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
