import type { Context } from '../../cli/context.ts';
import type { ExitCode } from '../../cli/errors.ts';
import { withoutTerminal } from '../inside.ts';
import type { DemoHost } from '../stage.ts';
import { NAME, NAMESPACE } from './workload.ts';

/** The command an operator would type, as words after `kubectl zone`. */
export const CHECK_COMMAND: readonly string[] = [
  ...['check', `deploy/${NAME}`, '-n', NAMESPACE, '--fix', '--yes'],
];

/**
 * Runs `kubectl zone check --fix` as if it were typed, without a terminal.
 *
 * @param onLine called with each line that it prints
 * @returns its exit code: 0 if it has fixed all errors
 */
export function runCheckCommand(
  { kubeconfig, runCommand }: { kubeconfig: string; runCommand: DemoHost['runCommand'] },
  context: Context,
  onLine: (line: string) => void,
): Promise<ExitCode> {
  const own = withoutTerminal(context, onLine, onLine);
  return runCommand([...CHECK_COMMAND, '--kubeconfig', kubeconfig], own);
}
