/**
 * Estimates how far the API server's clock is ahead of ours, from the Date headers of its responses.
 *
 * A header has a resolution of one second, so it gives bounds and no value. The estimate is kept as long as
 * it is within all bounds seen so far, so that time-based decisions do not change with every response.
 */
export class ClockSkew {
  #lowMs = Number.NEGATIVE_INFINITY;
  #highMs = Number.POSITIVE_INFINITY;
  #skewMs = 0;
  #known = false;

  /** Milliseconds that the server's clock is ahead; 0 before the first response. */
  get ms(): number {
    return this.#skewMs;
  }

  /**
   * @param date header of a response; ignored if it is not a date
   * @param sentMs when the request was sent, by our clock
   * @param answeredMs when its response arrived
   */
  observe(date: string | undefined, sentMs: number, answeredMs: number): void {
    const serverMs = Date.parse(date ?? '');
    if (Number.isNaN(serverMs)) return;
    const lowMs = serverMs - answeredMs;
    const highMs = serverMs + 1_000 - sentMs;
    if (highMs < this.#lowMs || lowMs > this.#highMs || !this.#known) {
      // First response, a clock was set, or another server responded.
      this.#lowMs = lowMs;
      this.#highMs = highMs;
      this.#skewMs = (lowMs + highMs) / 2;
      this.#known = true;
      return;
    }
    this.#lowMs = Math.max(this.#lowMs, lowMs);
    this.#highMs = Math.min(this.#highMs, highMs);
    this.#skewMs = Math.min(this.#highMs, Math.max(this.#lowMs, this.#skewMs));
  }
}
