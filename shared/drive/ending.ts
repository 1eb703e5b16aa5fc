import { type Clock, settledWithin } from '../clock.ts';

export interface EndingOptions {
  clock: Clock;
  /** Stops sending immediately; resolves when requests in progress are answered. */
  halt(): Promise<unknown>;
}

/** How long the end waits for responses in progress. */
const LAST_ANSWERS_MS = 3_000;

/**
 * The single place where a driver ends, normally or with an error. In either case it first stops sending,
 * then processes responses in progress, then provides the result: `ended` always settles.
 */
export class Ending<End> {
  readonly #options: EndingOptions;
  readonly #ended = Promise.withResolvers<End>();
  #begun = false;
  #failure: { error: unknown } | undefined;

  constructor(options: EndingOptions) {
    this.#options = options;
    // The driver's caller handles the result; an earlier rejection must not end the process.
    this.#ended.promise.catch(() => {});
  }

  get ended(): Promise<End> {
    return this.#ended.promise;
  }

  get begun(): boolean {
    return this.#begun;
  }

  /**
   * Ends normally. Does nothing if an end has begun.
   *
   * @param conclude creates the result, once responses in progress have been processed
   */
  stop(conclude: () => End): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#finish(conclude).then(this.#ended.resolve, this.#ended.reject);
  }

  /** Ends with an unexpected error, which becomes the result even if a normal end has begun. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.stop(() => {
      throw error;
    });
  }

  /** Runs a callback outside any promise chain: if it throws, the driver ends. */
  guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.fail(error);
    }
  }

  async #finish(conclude: () => End): Promise<End> {
    const { clock, halt } = this.#options;
    try {
      await settledWithin(clock, LAST_ANSWERS_MS, halt());
    } catch (error) {
      this.#failure ??= { error };
    }
    if (this.#failure) throw this.#failure.error;
    return conclude();
  }
}
