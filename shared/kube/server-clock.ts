import type { Clock } from '../clock.ts';

/**
 * The API server's clock, estimated from the Date headers of its responses. Between them it advances with the monotonic
 * clock, so it does not move when this machine's clock is set; after the machine slept it is behind until the next
 * response.
 *
 * A header has a resolution of one second, so it gives bounds and no value. The estimate is kept as long as
 * it is within all bounds seen so far, so that time-based decisions do not change with every response.
 */
export class ServerClock {
  readonly #clock: Clock;
  /** Bounds of the server's time minus our monotonic time. */
  #lowMs = Number.NEGATIVE_INFINITY;
  #highMs = Number.POSITIVE_INFINITY;
  #aheadMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ms since the epoch; this machine's time before the first response. */
  nowMs(): number {
    return this.#aheadMs === undefined ? this.#clock.nowMs() : this.#clock.monotonicMs() + this.#aheadMs;
  }

  /**
   * @param date header of a response that just arrived; ignored if it is not a date
   * @param sentMs when the request was sent, by our monotonic clock
   */
  observe(date: string | undefined, sentMs: number): void {
    const serverMs = Date.parse(date ?? '');
    if (Number.isNaN(serverMs)) return;
    const lowMs = serverMs - this.#clock.monotonicMs();
    const highMs = serverMs + 1_000 - sentMs;
    if (highMs < this.#lowMs || lowMs > this.#highMs || this.#aheadMs === undefined) {
      // First response, the server's clock was set, this machine slept, or another server responded.
      this.#lowMs = lowMs;
      this.#highMs = highMs;
      this.#aheadMs = (lowMs + highMs) / 2;
      return;
    }
    this.#lowMs = Math.max(this.#lowMs, lowMs);
    this.#highMs = Math.min(this.#highMs, highMs);
    this.#aheadMs = Math.min(this.#highMs, Math.max(this.#lowMs, this.#aheadMs));
  }
}
