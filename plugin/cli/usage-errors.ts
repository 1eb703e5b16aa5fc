import { UsageError } from './errors.ts';

/** Collects the problems of a command line, so that all are reported at once. */
export interface UsageErrors {
  /** Returns what `read` returns; if it throws a UsageError, records it and returns undefined. */
  attempt<T>(read: () => T): T | undefined;
  add(message: string, fix: string): void;
  /** @throws UsageError with all problems, if there are any */
  throwIfAny(): void;
}

export function collectUsageErrors(): UsageErrors {
  const found: UsageError[] = [];
  return {
    attempt(read) {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        found.push(error);
        return undefined;
      }
    },
    add: (message, fix) => found.push(new UsageError(message, fix)),
    throwIfAny() {
      const [first, ...others] = found;
      if (!first) return;
      if (others.length === 0) throw first;
      throw new UsageError(
        found.map(({ message, fix }) => (fix === undefined ? message : `${message}; ${fix}`)).join('\n'),
      );
    },
  };
}
