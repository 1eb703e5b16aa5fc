import type { Clock } from '../../shared/clock.ts';

interface Timer {
  atMs: number;
  delayMs: number;
  run: () => void;
}

/** A clock that moves only when told. */
export interface ManualClock extends Clock {
  /** Moves time forward and runs the timers that fall due, in order. */
  advance(byMs: number): void;
  /** Sets the machine's clock forward or back; no time passes. */
  setWall(byMs: number): void;
  /** Delays of the timers that are set now. */
  pending(): number[];
  /** Resolves as soon as a timer is set whose delay the predicate accepts, at once if one is, with that delay. */
  scheduled(accept: (delayMs: number) => boolean): Promise<number>;
  /** Resolves as soon as no timer is set. */
  quiet(): Promise<void>;
}

export function manualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  /** Time that has passed, and counts for timers. */
  let nowMs = startMs;
  let wallAheadMs = 0;
  const timers = new Set<Timer>();
  const waiting = new Set<{ accept: (delayMs: number) => boolean; resolve: (delayMs: number) => void }>();

  function nextDue(untilMs: number): Timer | undefined {
    const due = [...timers].filter(({ atMs }) => atMs <= untilMs);
    return due.sort((a, b) => a.atMs - b.atMs)[0];
  }

  return {
    nowMs: () => nowMs + wallAheadMs,
    monotonicMs: () => nowMs - startMs,
    schedule(delayMs, run) {
      const timer = { atMs: nowMs + delayMs, delayMs, run };
      timers.add(timer);
      for (const waiter of waiting) {
        if (!waiter.accept(delayMs)) continue;
        waiting.delete(waiter);
        waiter.resolve(delayMs);
      }
      return () => timers.delete(timer);
    },
    setWall(byMs) {
      wallAheadMs += byMs;
    },
    advance(byMs) {
      const untilMs = nowMs + byMs;
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        timers.delete(timer);
        nowMs = Math.max(nowMs, timer.atMs);
        timer.run();
      }
      nowMs = untilMs;
    },
    pending: () => [...timers].map(({ delayMs }) => delayMs),
    scheduled(accept) {
      const found = [...timers].find(({ delayMs }) => accept(delayMs));
      if (found !== undefined) return Promise.resolve(found.delayMs);
      return new Promise((resolve) => waiting.add({ accept, resolve }));
    },
    async quiet() {
      while (timers.size > 0) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
