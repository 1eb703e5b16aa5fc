import { Readable } from 'node:stream';
import type { Clock } from '../../../shared/clock.ts';
import { runCommandLine } from '../../commands/registry.ts';
import { rolloutCommand } from '../../commands/rollout.ts';
import type { Context } from '../../context.ts';
import { describeError, type ExitCode } from '../../errors.ts';
import { VERSION } from '../../version.ts';
import { lineStream } from './line-stream.ts';

/** A context that lives in the sandbox's time, and that can be interrupted by hand. */
export interface Inside {
  context: Context;
  interrupt(): void;
  /** Lets go of the outer context. */
  close(): void;
}

/** @param clock the sandbox's */
export function goInside(outer: Context, clock: Clock): Inside {
  const listeners = new Set<() => void>();
  const interrupt = () => {
    for (const listener of [...listeners]) listener();
  };
  const close = outer.onInterrupt(interrupt);
  const { env, random, stderr } = outer;
  const context: Context = {
    ...outer,
    clock,
    onInterrupt(listener) {
      const entry = () => listener();
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
    async connect(options) {
      const { connect } = await import('../../../shared/kube/connect.ts');
      return connect(options, { env, clock, random, stderr, interactive: false, version: VERSION });
    },
  };
  return { context, interrupt, close };
}

/** The time since its first event, with which each line of a plain report begins; ours has a time of its own. */
const ELAPSED = /^ *(\d+h \d\dm|\d+m \d\ds|\d+s) {2}/;

/**
 * Runs `kubectl zone rollout` as if it were typed, without a terminal, and answers its questions with yes.
 *
 * @param words what stands after `kubectl zone`
 * @param onLine called with each line that it writes
 * @returns its exit code, also where it throws an error: that is a line then
 */
export async function runRolloutCommand(
  words: readonly string[],
  kubeconfig: string,
  context: Context,
  onLine: (line: string) => void,
): Promise<ExitCode> {
  const own: Context = {
    ...context,
    stdout: lineStream((line) => onLine(line.replace(ELAPSED, ''))),
    stderr: lineStream(onLine),
    stdin: Readable.from([]),
  };
  try {
    const all = [...words, '--kubeconfig', kubeconfig, '--output', 'plain', '--yes'];
    return await runCommandLine([rolloutCommand], all, own);
  } catch (error) {
    const { message, fix, stack, exitCode } = describeError(error);
    onLine(`error: ${message}`);
    for (const more of [fix, stack]) if (more) onLine(more);
    return exitCode;
  }
}
