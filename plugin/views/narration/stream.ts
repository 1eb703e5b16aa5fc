import type { OutputStream } from '../../cli/context.ts';

/** Resolves when all that was written before has left, or cannot leave any more because the reader is gone. */
export function drained(stream: OutputStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
