/** Group commit: what arrives while a batch of the same key is in flight makes up the next one. */
export interface Batches<I> {
  /** Runs the item at once, or with the next batch of its key. */
  add(key: string, item: I): void;
}

export interface BatchWork<I> {
  /** Answers every item. */
  run(key: string, items: readonly I[]): Promise<void>;
  /** Answers those of a run that failed with an unexpected error; some may have their answer. */
  onFailure(key: string, items: readonly I[], error: unknown): void;
}

/** Whatever happens to one batch, the next one of its key is run: a key that was left busy would never be decided again. */
export function createBatches<I>({ run, onFailure }: BatchWork<I>): Batches<I> {
  const waiting = new Map<string, I[]>();

  async function drain(key: string, queue: I[]): Promise<void> {
    // One turn of the event loop lets requests join that have arrived together.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (queue.length > 0) await runOne(key, queue.splice(0));
    } finally {
      waiting.delete(key);
      // Nobody else would run what came while a failure was dealt with.
      if (queue.length > 0) begin(key, queue);
    }
  }

  async function runOne(key: string, items: readonly I[]): Promise<void> {
    try {
      await run(key, items);
    } catch (error) {
      onFailure(key, items, error);
    }
  }

  function begin(key: string, queue: I[]): void {
    waiting.set(key, queue);
    // An answer that fails leaves its own items to their deadlines, and nothing else.
    drain(key, queue).catch(() => {});
  }

  return {
    add(key, item) {
      const queue = waiting.get(key);
      if (queue) queue.push(item);
      else begin(key, [item]);
    },
  };
}
