import { hostname, userInfo } from 'node:os';
import { isatty } from 'node:tty';
import { systemClock } from '../shared/clock.ts';
import { VERSION } from '../shared/version.ts';
import type { Context } from './cli/context.ts';

/**
 * The context of the real process. Only the shim calls this. What Node makes at the first access (standard input and
 * error, the user's name) is looked up when a command asks for it: each of them costs milliseconds at every start.
 */
export function processContext(process: NodeJS.Process): Context {
  const { stdout, env } = process;
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
    get stderr() {
      return process.stderr;
    },
    get stdin() {
      return process.stdin;
    },
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
        stderr: process.stderr,
        interactive: isatty(0),
        version: VERSION,
      });
    },
    // An exit would wait for the threads in which names are looked up.
    abandon: () => process.kill(process.pid, 'SIGKILL'),
    get processIdentity() {
      return { host: hostname(), user: userName(env), pid: process.pid };
    },
  };
}

function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER ?? 'unknown';
  }
}
