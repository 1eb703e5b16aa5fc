import { hostname, userInfo } from 'node:os';
import { systemClock } from '../shared/clock.ts';
import type { Context } from './context.ts';
import { VERSION } from './version.ts';

/** The context of the real process. Only the shim calls this. */
export function processContext(process: NodeJS.Process): Context {
  const { stdout, stderr, stdin, env } = process;
  const interrupts = new Set<() => void>();
  const interrupt = () => {
    // The next signal ends the process the ordinary way: somebody who asks twice does not want to wait.
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    for (const listener of interrupts) listener();
  };
  // A reader that went away, such as head, must not leave a rollout running unseen.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    interrupt();
  });
  return {
    stdout,
    stderr,
    stdin,
    env,
    clock: systemClock,
    random: Math.random,
    onInterrupt(listener) {
      if (interrupts.size === 0) process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
      interrupts.add(listener);
      return () => {
        interrupts.delete(listener);
        if (interrupts.size === 0) process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      };
    },
    async connect(options) {
      const { connect } = await import('../shared/kube/connect.ts');
      return connect(options, {
        env,
        clock: systemClock,
        random: Math.random,
        stderr,
        interactive: stdin.isTTY === true,
        version: VERSION,
      });
    },
    processIdentity: { host: hostname(), user: userName(env), pid: process.pid, isAlive },
  };
}

function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER ?? 'unknown';
  }
}

/** Whether a process of this host runs; one that belongs to another user does. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
