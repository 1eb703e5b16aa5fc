import { type Clock, delay } from '../clock.ts';

export interface TurnsOptions {
  clock: Clock;
  /**
   * Observes, decides and acts.
   *
   * @returns whether it started something that the next turn must continue immediately
   */
  turn(): Promise<boolean>;
  /** A turn failed; errors thrown here go to `onFatal`. */
  onError(error: unknown): void;
  /** An unexpected error: no more turns begin. */
  onFatal(error: unknown): void;
}

/** Small compared to the 100 ms within which a wave should follow the previous one. */
const LONGEST_REST_MS = 40;
const RESTS_PER_TURN = 4;

/**
 * The loop of a driver: each observed change, response and timer requests a turn. It does not poll, and turns
 * never overlap.
 */
export class Turns {
  private readonly options: TurnsOptions;
  private running = false;
  private asked = false;
  private ended = false;
  private timer: { atMs: number; cancel: () => void } | undefined;

  constructor(options: TurnsOptions) {
    this.options = options;
  }

  /** Requests a turn; may be called any number of times. */
  wake(): void {
    this.asked = true;
    if (this.running || this.ended) return;
    this.running = true;
    this.runWhileAsked().catch((error: unknown) => {
      this.end();
      this.options.onFatal(error);
    });
  }

  /** Requests a turn after this time, unless there is one before, which then sets its own timer. */
  wakeIn(delayMs: number): void {
    if (this.ended) return;
    const { clock } = this.options;
    const atMs = clock.monotonicMs() + Math.max(0, delayMs);
    if (this.timer && this.timer.atMs <= atMs) return;
    this.cancelTimer();
    this.timer = { atMs, cancel: clock.schedule(atMs - clock.monotonicMs(), () => this.wake()) };
  }

  /** No more turns begin. */
  end(): void {
    this.ended = true;
    this.cancelTimer();
  }

  private async runWhileAsked(): Promise<void> {
    const { clock, turn, onError } = this.options;
    while (this.asked && !this.ended) {
      this.asked = false;
      this.cancelTimer();
      const beganMs = clock.monotonicMs();
      let goesOn = false;
      try {
        goesOn = await turn();
      } catch (error) {
        onError(error);
      }
      if (goesOn) this.asked = true;
      else await this.rest(clock.monotonicMs() - beganMs);
    }
    // Set synchronously after the last check of `asked`, so that no wake in between is lost.
    this.running = false;
  }

  /**
   * A turn processes every pod, and in a large wave there is an event for each: resting longer than a turn
   * took limits the CPU used.
   */
  private async rest(turnMs: number): Promise<void> {
    const restMs = Math.min(LONGEST_REST_MS, turnMs * RESTS_PER_TURN);
    if (restMs > 0 && !this.ended) await delay(this.options.clock, restMs);
  }

  private cancelTimer(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }
}
