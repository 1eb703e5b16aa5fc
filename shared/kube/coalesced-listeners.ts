/** Listeners that hear of a burst of changes once. */
export interface CoalescedListeners {
  /** Returns the function that removes the listener again. */
  add(listener: () => void): () => void;
  /** Calls every listener once, when the present turn of the event loop is over. */
  notify(): void;
  /** Forgets all listeners and what was to be notified. */
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
