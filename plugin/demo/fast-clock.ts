import type { Clock } from '../../shared/clock.ts';

/** A separate clock that runs until it is stopped. */
export interface FastClock extends Clock {
  /** Stops the clock and cancels what was scheduled. */
  stop(): void;
}

const TICK_MS = 10;
/**
 * Short compared with the seconds within which a Lease must be renewed; with `TICK_MS` it limits the clock to 50 times
 * the speed.
 */
const LONGEST_STEP_MS = 500;

interface Timer {
  atMs: number;
  run: () => void;
}

/**
 * Creates a clock that runs `factor` times as fast as another one, starting at its current time. When the process is
 * blocked the clock falls behind instead of jumping: a rollout in the same process, which renews its Lease by this
 * clock, must not lose it to a pause that did not exist in its own time.
 *
 * @param factor up to 50; above, the step limit makes the clock slower than requested
 */
export function fastClock(outer: Clock, factor: number): FastClock {
  const timers = new Set<Timer>();
  let nowMs = outer.nowMs();
  let outerMs = nowMs;
  let cancelTick = () => {};

  const tick = () => {
    const nextMs = outer.nowMs();
    const untilMs = nowMs + Math.min((nextMs - outerMs) * factor, LONGEST_STEP_MS);
    outerMs = nextMs;
    // Timers scheduled by these wait for the next tick, as with setTimeout, so that they cannot stop the clock.
    const due = [...timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
    cancelTick = outer.schedule(TICK_MS, tick);
    for (const timer of due) {
      if (!timers.delete(timer)) continue;
      nowMs = Math.max(nowMs, timer.atMs);
      timer.run();
    }
    nowMs = Math.max(nowMs, untilMs);
  };
  cancelTick = outer.schedule(TICK_MS, tick);

  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    schedule(delayMs, run) {
      const timer = { atMs: nowMs + Math.max(0, delayMs), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    stop() {
      cancelTick();
      timers.clear();
    },
  };
}
