import { checkCommand } from '../../commands/check.ts';
import { runCommandLine } from '../../commands/registry.ts';
import type { Context } from '../../context.ts';
import type { ExitCode } from '../../errors.ts';
import { withoutTerminal } from '../inside.ts';
import { NAME, NAMESPACE } from './workload.ts';

/** As an operator would type it, as words after `kubectl zone`. */
export const CHECK_COMMAND: readonly string[] = [
  ...['check', `deploy/${NAME}`, '-n', NAMESPACE, '--fix', '--yes'],
];

/**
 * Runs `kubectl zone check --fix` as if it were typed, without a terminal.
 *
 * @param onLine called with each line that it writes
 * @returns its exit code: 0 where it has mended all errors
 */
export function runCheckCommand(
  kubeconfig: string,
  context: Context,
  onLine: (line: string) => void,
): Promise<ExitCode> {
  const own = withoutTerminal(context, onLine, onLine);
  return runCommandLine([checkCommand], [...CHECK_COMMAND, '--kubeconfig', kubeconfig], own);
}
