import type { Context } from '../../cli/context.ts';
import { describeError, type ExitCode } from '../../cli/errors.ts';
import { withoutTerminal } from '../inside.ts';
import type { DemoHost } from '../stage.ts';

/** The time since its first event, with which each line of a plain report begins; ours has a time of its own. */
const ELAPSED = /^ *(\d+h \d\dm|\d+m \d\ds|\d+s) {2}/;

/**
 * Runs `kubectl zone rollout` as if it were typed, without a terminal, and answers its questions with yes.
 *
 * @param words what stands after `kubectl zone`
 * @param run runs them
 * @param onLine called with each line that it writes
 * @returns its exit code, also where it throws an error: that is a line then
 */
export async function runRolloutCommand(
  { words, kubeconfig, run }: { words: readonly string[]; kubeconfig: string; run: DemoHost['runCommand'] },
  context: Context,
  onLine: (line: string) => void,
): Promise<ExitCode> {
  const own = withoutTerminal(context, (line) => onLine(line.replace(ELAPSED, '')), onLine);
  try {
    const all = [...words, '--kubeconfig', kubeconfig, '--output', 'plain', '--yes'];
    return await run(all, own);
  } catch (error) {
    const { message, fix, stack, exitCode } = describeError(error);
    onLine(`error: ${message}`);
    for (const more of [fix, stack]) if (more) onLine(more);
    return exitCode;
  }
}
