/** Listeners that are called once per burst of changes. */
export interface CoalescedListeners {
  /** Returns a function that removes the listener. */
  add(listener: () => void): () => void;
  /** Calls every listener once, at the end of the current turn of the event loop. */
  notify(): void;
  /** Removes all listeners and cancels a pending notification. */
  clear(): void;
}

export function coalescedListeners(): CoalescedListeners {
  const listeners = new Set<() => void>();
  let pending: NodeJS.Immediate | undefined;
  return {
    add(listener) {
      const entry = () => listener();
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
    notify() {
      pending ??= setImmediate(() => {
        pending = undefined;
        for (const listener of [...listeners]) listener();
      });
    },
    clear() {
      listeners.clear();
      if (pending !== undefined) clearImmediate(pending);
      pending = undefined;
    },
  };
}
