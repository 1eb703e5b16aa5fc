import fc, { type RunDetails } from 'fast-check';

/**
 * The seed of everything random in a test file: that of TEST_SEED, or another one each time. A property that fails names
 * it.
 *
 * @throws Error when TEST_SEED is not an integer
 */
export const SEED = seedOf(process.env) ?? Math.floor(Math.random() * 2 ** 31);

/**
 * Reads TEST_SEED.
 *
 * @returns undefined when it is unset or empty
 * @throws Error when it is not an integer
 */
export function seedOf({ TEST_SEED }: NodeJS.ProcessEnv): number | undefined {
  if (!TEST_SEED) return undefined;
  const seed = Number(TEST_SEED);
  if (!Number.isSafeInteger(seed)) throw new Error(`TEST_SEED=${TEST_SEED} is not an integer`);
  return seed;
}

/** Fails a property with what fast-check says about it, and how to repeat it. */
function report(details: RunDetails<unknown>): void {
  const message = fc.defaultReportMessage(details);
  if (message === undefined) return;
  throw new Error(`repeat with TEST_SEED=${details.seed}\n${message}`, { cause: details.errorInstance });
}

fc.configureGlobal({ seed: SEED, reporter: report });

/**
 * The seed with which tests look for the violation that a broken rule causes. It never changes, so that no luck decides
 * whether one is found. After a change of a model, another seed may find it sooner.
 */
export const SEARCH_SEED = 2;

/** fast-check, whose properties all begin with SEED. */
export default fc;
