import type { Clock } from '../../shared/clock.ts';

/** A clock of its own that runs until it is stopped. */
export interface FastClock extends Clock {
  /** Ends it and forgets what was scheduled. */
  stop(): void;
}

const TICK_MS = 10;
/** Small beside the seconds in which a Lease must be renewed; with `TICK_MS` it makes the fastest clock 50 times as fast. */
const LONGEST_STEP_MS = 500;

interface Timer {
  atMs: number;
  run: () => void;
}

/**
 * Makes a clock that runs `factor` times as fast as another one, from that one's present on. When the process is held
 * up it falls behind instead of leaping: a rollout in the same process, which renews its Lease by this clock, must not
 * lose it to a pause that was none in its own time.
 *
 * @param factor up to 50; beyond, the steps are as long as they may be and the clock is slower than asked
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
    // What these schedule waits for the next tick, as with setTimeout: nobody can keep the clock from going on.
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
