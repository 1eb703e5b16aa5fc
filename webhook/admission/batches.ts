/** Group commit: items that arrive while a batch of the same key is in flight form the next batch. */
export interface Batches<I> {
  /** Runs the item immediately, or in the next batch of its key. */
  add(key: string, item: I): void;
}

export interface BatchWork<I> {
  /** Settles every item. */
  run(key: string, items: readonly I[]): Promise<void>;
  /** Settles the items of a run that failed with an unexpected error; some may already be settled. */
  onFailure(key: string, items: readonly I[], error: unknown): void;
}

/** The next batch of a key runs even if the current one fails: a key that stayed busy would never be decided again. */
export function createBatches<I>({ run, onFailure }: BatchWork<I>): Batches<I> {
  const waiting = new Map<string, I[]>();

  async function drain(key: string, queue: I[]): Promise<void> {
    // One turn of the event loop lets requests that arrived together join the batch.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (queue.length > 0) await runOne(key, queue.splice(0));
    } finally {
      waiting.delete(key);
      // Nothing else would run items that arrived while the failure was handled.
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
    // If handling a failure fails, only its own items wait until their deadlines.
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
