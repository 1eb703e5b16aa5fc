import type { Context } from '../cli/context.ts';

/** How a rollout or a drain is shown: drawn in place, as plain lines, or as JSON lines. */
export type ViewKind = 'ink' | 'plain' | 'json';

/**
 * Chooses before anything is drawn. Drawing in place needs a terminal that can move its cursor; a CI system's log keeps
 * every redraw, even if it claims to be a terminal.
 */
export function chooseView(
  output: string | undefined,
  { stdout, env }: Pick<Context, 'stdout' | 'env'>,
): ViewKind {
  if (output === 'json' || output === 'plain') return output;
  const draws = stdout.isTTY === true && env.TERM !== 'dumb' && !env.CI;
  return draws ? 'ink' : 'plain';
}

/** Whether plain lines may be colored: on a terminal, unless `NO_COLOR` is set and not empty (no-color.org). */
export function allowsColour({ stdout, env }: Pick<Context, 'stdout' | 'env'>): boolean {
  return stdout.isTTY === true && env.TERM !== 'dumb' && !env.NO_COLOR;
}
