/**
 * How far the API server's clock is ahead of ours, from the Date headers of its answers.
 *
 * A header names a second, which gives bounds and no value. All bounds seen so far hold together, and the estimate is
 * kept as long as it lies within them: what is decided by time must not change with every answer.
 */
export class ClockSkew {
  #lowMs = Number.NEGATIVE_INFINITY;
  #highMs = Number.POSITIVE_INFINITY;
  #skewMs = 0;
  #known = false;

  /** Milliseconds that the server's clock is ahead; 0 before the first answer. */
  get ms(): number {
    return this.#skewMs;
  }

  /**
   * @param date header of an answer; anything else than a date is passed over
   * @param sentMs when the request was sent, by our clock
   * @param answeredMs when its answer came
   */
  observe(date: string | undefined, sentMs: number, answeredMs: number): void {
    const serverMs = Date.parse(date ?? '');
    if (Number.isNaN(serverMs)) return;
    const lowMs = serverMs - answeredMs;
    const highMs = serverMs + 1_000 - sentMs;
    if (highMs < this.#lowMs || lowMs > this.#highMs || !this.#known) {
      // The first answer, or one of the clocks was set, or another server answers.
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
