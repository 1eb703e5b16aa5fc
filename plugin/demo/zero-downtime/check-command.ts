import type { Context } from '../../cli/context.ts';
import type { ExitCode } from '../../cli/errors.ts';
import { withoutTerminal } from '../inside.ts';
import type { DemoHost } from '../stage.ts';
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
  { kubeconfig, runCommand }: { kubeconfig: string; runCommand: DemoHost['runCommand'] },
  context: Context,
  onLine: (line: string) => void,
): Promise<ExitCode> {
  const own = withoutTerminal(context, onLine, onLine);
  return runCommand([...CHECK_COMMAND, '--kubeconfig', kubeconfig], own);
}
