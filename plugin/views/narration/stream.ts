import type { OutputStream } from '../../cli/context.ts';

/** Resolves when everything written before is flushed, or cannot be because the reader is gone. */
export function drained(stream: OutputStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
