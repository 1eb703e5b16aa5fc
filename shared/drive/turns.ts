import { type Clock, delay } from '../clock.ts';

export interface TurnsOptions {
  clock: Clock;
  /**
   * Looks, decides and acts.
   *
   * @returns whether it began something that the next turn has to go on with at once
   */
  turn(): Promise<boolean>;
  /** A turn has failed; what this throws is handed to `onFatal`. */
  onError(error: unknown): void;
  /** Something failed that nothing was prepared for: no turn begins any more. */
  onFatal(error: unknown): void;
}

/** Little enough beside the 100 ms in which a wave shall follow the last one. */
const LONGEST_REST_MS = 40;
const RESTS_PER_TURN = 4;

/**
 * The loop of a driver: each change that is seen, each answer and each timer asks for a turn. There is no polling, and
 * no turn begins before the last one has ended.
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

  /** Asks for a turn; as often as one likes. */
  wake(): void {
    this.asked = true;
    if (this.running || this.ended) return;
    this.running = true;
    this.runWhileAsked().catch((error: unknown) => {
      this.end();
      this.options.onFatal(error);
    });
  }

  /** Asks for a turn after this time, unless there is one before: the next turn knows better when to look again. */
  wakeIn(delayMs: number): void {
    if (this.ended) return;
    const { clock } = this.options;
    const atMs = clock.monotonicMs() + Math.max(0, delayMs);
    if (this.timer && this.timer.atMs <= atMs) return;
    this.cancelTimer();
    this.timer = { atMs, cancel: clock.schedule(atMs - clock.monotonicMs(), () => this.wake()) };
  }

  /** No turn begins any more. */
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
    // At once after the last look at `asked`, so that no wake in between is lost.
    this.running = false;
  }

  /**
   * A turn looks at every pod, and in a large wave an event comes for each: resting longer than a turn took keeps the
   * driver from spending a core on them.
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
