/**
 * Stands in for `node:assert` in yargs, which checks little with it and almost never: Node builds its assertion
 * errors, and the comparison of texts that they show, when the first check is made.
 */
type Assert = typeof import('node:assert');

const assert = (): Assert => process.getBuiltinModule('node:assert');

export const strictEqual = (...args: Parameters<Assert['strictEqual']>): void =>
  assert().strictEqual(...args);

export const notStrictEqual = (...args: Parameters<Assert['notStrictEqual']>): void =>
  assert().notStrictEqual(...args);
