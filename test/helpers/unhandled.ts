import { setImmediate as turn } from 'node:timers/promises';

/** Errors that nobody took, as Node tells of them, while `run` runs and a moment after. */
export async function unhandledIn(run: () => Promise<void>): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  const note = (error: unknown) => found.push(error);
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  try {
    await run();
    await settled();
  } finally {
    process.off('unhandledRejection', note);
    process.off('uncaughtException', note);
  }
  return found;
}

/** Everything has happened that waits for no time and for nobody. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await turn();
}
