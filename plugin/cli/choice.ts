import { type Arguments, read } from './command.ts';
import { UsageError } from './errors.ts';

/**
 * An option with a fixed set of values; undefined if it is not given.
 *
 * @throws UsageError that lists the values
 */
export function choice<const T extends string>(
  args: Arguments,
  name: string,
  choices: readonly T[],
): T | undefined {
  const value = read.text(args, name);
  if (value === undefined) return undefined;
  const chosen = choices.find((each) => each === value);
  if (!chosen) throw new UsageError(`--${name}: "${value}" is not one of ${choices.join(', ')}`);
  return chosen;
}
