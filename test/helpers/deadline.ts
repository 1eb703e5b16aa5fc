/** Generous: whatever a test waits for takes seconds. */
const DEADLINE_MS = 90_000;

/**
 * The promise's own result, or an error that says what there was instead: a wait that never ends would hide it.
 *
 * @param describe asked when the deadline has passed
 */
export async function withDeadline<T>(promise: Promise<T>, describe: () => string): Promise<T> {
  const { promise: passed, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`not within ${DEADLINE_MS / 1000}s: ${describe()}`)),
    DEADLINE_MS,
  );
  try {
    return await Promise.race([promise, passed]);
  } finally {
    clearTimeout(timer);
  }
}
