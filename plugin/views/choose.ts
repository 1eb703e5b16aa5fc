import type { Context } from '../cli/context.ts';
import { isData } from '../cli/print-data.ts';

/** How a rollout or a drain is shown: drawn in place, as plain lines, or as data: JSON lines or YAML documents. */
export type ViewKind = 'ink' | 'plain' | 'data';

/**
 * Chooses before anything is drawn. Drawing in place needs a terminal that can move its cursor; a CI system's log keeps
 * every redraw, even if it claims to be a terminal.
 */
export function chooseView(
  output: string | undefined,
  { stdout, env }: Pick<Context, 'stdout' | 'env'>,
): ViewKind {
  if (isData(output)) return 'data';
  if (output === 'plain') return 'plain';
  const draws = stdout.isTTY === true && env.TERM !== 'dumb' && !env.CI;
  return draws ? 'ink' : 'plain';
}

/** Whether plain lines may be colored: on a terminal, unless `NO_COLOR` is set and not empty (no-color.org). */
export function allowsColour({ stdout, env }: Pick<Context, 'stdout' | 'env'>): boolean {
  return stdout.isTTY === true && env.TERM !== 'dumb' && !env.NO_COLOR;
}
