import { type Clock, settledWithin } from '../clock.ts';

export interface EndingOptions {
  clock: Clock;
  /** Sends nothing more from the moment it is called; resolves when what is under way has been answered. */
  halt(): Promise<unknown>;
}

/** How long an end waits for answers that are under way. */
const LAST_ANSWERS_MS = 3_000;

/**
 * The one place in which a driver ends, in good order or by an error. Whatever ends it, first nothing more is sent,
 * then answers under way are taken, then the result is there: `ended` settles always.
 */
export class Ending<End> {
  readonly #options: EndingOptions;
  readonly #ended = Promise.withResolvers<End>();
  #begun = false;
  #failure: { error: unknown } | undefined;

  constructor(options: EndingOptions) {
    this.#options = options;
    // Whoever runs the driver takes the result; an error before that must not end the process.
    this.#ended.promise.catch(() => {});
  }

  get ended(): Promise<End> {
    return this.#ended.promise;
  }

  get begun(): boolean {
    return this.#begun;
  }

  /**
   * Ends in good order. Does nothing when an end has begun.
   *
   * @param conclude makes the result, once answers under way have been taken
   */
  stop(conclude: () => End): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#finish(conclude).then(this.#ended.resolve, this.#ended.reject);
  }

  /** Ends by an error that nobody expected, which is the result, also when an orderly end has begun. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.stop(() => {
      throw error;
    });
  }

  /** Runs a callback that belongs to nobody's promise: what it throws ends everything. */
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
