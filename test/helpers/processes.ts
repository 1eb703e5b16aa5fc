import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delay, systemClock } from '../../shared/clock.ts';

/** What to run. The environment is the test's own, with `env` on top. */
export interface ProcessSpec {
  /** Short name for messages, such as `etcd`. */
  name: string;
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** stdout and stderr go here; a restarted process appends. */
  logPath: string;
  /** Whether it reads lines from its stdin; otherwise that is empty. */
  listens?: boolean;
}

/** A child process whose output goes to a file. */
export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Undefined while it runs; afterwards how it ended, such as `exit code 1` or `signal SIGKILL`. */
  ended(): string | undefined;
  /** Resolves when it has ended, whatever ended it. */
  readonly end: Promise<void>;
  /** Kills it with SIGKILL, by pid, and waits for its end. Does nothing once it has ended. */
  kill(): Promise<void>;
  /** Writes a line to its stdin. */
  tell(line: string): void;
  /** The last lines of its log. */
  logTail(lines?: number): Promise<string>;
}

/**
 * Starts a process.
 *
 * @throws Error naming the process when it cannot be executed
 */
export async function startProcess(spec: ProcessSpec): Promise<RunningProcess> {
  const log = openSync(spec.logPath, 'a');
  const child = spawn(spec.command, spec.args, {
    stdio: [spec.listens ? 'pipe' : 'ignore', log, log],
    env: { ...process.env, ...spec.env },
  });
  closeSync(log);
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new Error(`${spec.name}: ${spec.command} cannot be started`, { cause });
  }
  return follow(spec, child);
}

function follow(spec: ProcessSpec, child: ChildProcess): RunningProcess {
  // It may end without having read all of its input; how it ended says more.
  child.stdin?.on('error', () => undefined);
  let how: string | undefined;
  const end = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      resolve();
    });
  });
  return {
    name: spec.name,
    pid: child.pid ?? 0,
    ended: () => how,
    end,
    async kill() {
      if (how === undefined) child.kill('SIGKILL');
      await end;
    },
    tell: (line) => void child.stdin?.write(`${line}\n`),
    logTail: (lines = 20) => tail(spec.logPath, lines),
  };
}

async function tail(path: string, lines: number): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

/**
 * Asks again and again until `ready` answers true.
 *
 * @param processes that `ready` depends on: when one of them ends, waiting is over
 * @throws Error with the log's last lines when a process ends or `deadlineMs` passes
 */
export async function waitUntil(
  what: string,
  ready: () => Promise<boolean>,
  options: { processes: readonly RunningProcess[]; deadlineMs: number; intervalMs?: number },
): Promise<void> {
  const giveUpAtMs = systemClock.nowMs() + options.deadlineMs;
  let lastError: unknown;
  for (;;) {
    try {
      if (await ready()) return;
    } catch (error) {
      lastError = error;
    }
    const ended = options.processes.find((candidate) => candidate.ended() !== undefined);
    if (ended) throw new Error(`${what}: ${await obituary(ended)}`, { cause: lastError });
    if (systemClock.nowMs() > giveUpAtMs) {
      const logs = await Promise.all(options.processes.map(lastWords));
      throw new Error(`${what}: not within ${options.deadlineMs} ms\n${logs.join('\n')}`, {
        cause: lastError,
      });
    }
    await delay(systemClock, options.intervalMs ?? 50);
  }
}

/** One sentence on how a process ended, and the end of its log. */
export async function obituary(ended: RunningProcess): Promise<string> {
  return `${ended.name} ended with ${ended.ended() ?? 'nothing yet'}; ${await lastWords(ended)}`;
}

async function lastWords(process: RunningProcess): Promise<string> {
  return `last lines of ${process.name}:\n${await process.logTail()}`;
}
