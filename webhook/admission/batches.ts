/** Group commit: what arrives while a batch of the same key is in flight makes up the next one. */
export interface Batches<I> {
  /** Runs the item at once, or with the next batch of its key. */
  add(key: string, item: I): void;
}

/** @param run must not throw: it answers every item itself */
export function createBatches<I>(run: (key: string, items: readonly I[]) => Promise<void>): Batches<I> {
  const waiting = new Map<string, I[]>();

  async function drain(key: string, queue: I[]): Promise<void> {
    // One turn of the event loop lets requests join that have arrived together.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) await run(key, queue.splice(0));
    waiting.delete(key);
  }

  return {
    add(key, item) {
      const queue = waiting.get(key);
      if (queue) {
        queue.push(item);
        return;
      }
      const started = [item];
      waiting.set(key, started);
      void drain(key, started);
    },
  };
}
