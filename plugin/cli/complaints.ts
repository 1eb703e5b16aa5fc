import { UsageError } from './errors.ts';

/** Collects what is wrong with a command line, so that all of it is told at once. */
export interface Complaints {
  /** What `read` returns; undefined where it throws a UsageError, which is then one of the complaints. */
  about<T>(read: () => T): T | undefined;
  add(message: string, fix: string): void;
  /** @throws UsageError that says everything there is to complain of, if there is anything */
  end(): void;
}

export function collectComplaints(): Complaints {
  const found: UsageError[] = [];
  return {
    about(read) {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        found.push(error);
        return undefined;
      }
    },
    add: (message, fix) => found.push(new UsageError(message, fix)),
    end() {
      const [first, ...others] = found;
      if (!first) return;
      if (others.length === 0) throw first;
      throw new UsageError(
        found.map(({ message, fix }) => (fix === undefined ? message : `${message}; ${fix}`)).join('\n'),
      );
    },
  };
}
