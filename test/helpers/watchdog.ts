import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Cleans up behind a test process that ends without doing so itself. */
export interface Watchdog {
  /** From now on this process is killed when ours ends, however it ends. */
  guard(pid: number): void;
  /** The process has ended; its pid may soon be somebody else's. */
  release(pid: number): void;
  /** Ends the watchdog after it has killed what is still guarded and removed the folder. */
  dismiss(): Promise<void>;
}

/**
 * A shell that reads `guard PID` and `release PID` lines. Its input ends when the test process ends, also by an
 * exception, Ctrl-C or SIGKILL, where no handler of ours would run.
 */
const SCRIPT = `
pids=""
while read -r verb pid; do
  others=""
  for p in $pids; do [ "$p" = "$pid" ] || others="$others $p"; done
  pids=$others
  [ "$verb" = guard ] && pids="$pids $pid"
done
[ -z "$pids" ] || kill -KILL $pids 2>/dev/null
[ -z "$1" ] || rm -rf "$1"
`;

/**
 * Starts a watchdog.
 *
 * @param removeDir a folder to remove at the end, if any
 */
export function startWatchdog(removeDir?: string): Watchdog {
  // Detached: a terminal sends Ctrl-C to the whole foreground group, and the watchdog must outlive it.
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'watchdog', removeDir ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  return {
    guard: (pid) => void shell.stdin.write(`guard ${pid}\n`),
    release: (pid) => void shell.stdin.write(`release ${pid}\n`),
    async dismiss() {
      shell.stdin.end();
      if (shell.exitCode === null) await once(shell, 'exit');
    },
  };
}
