import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** A program that has ended, whatever its exit code. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Generous: on a busy machine the slowest of these programs takes seconds. */
const DEADLINE_MS = 120_000;

/**
 * Runs a program to its end, with nothing to read and no other environment than the one given.
 *
 * @throws Error when it cannot be started or has not ended after two minutes
 */
export async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<Ended> {
  const child = spawn(program, args, {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.timeout(DEADLINE_MS),
    killSignal: 'SIGKILL',
    ...(cwd === undefined ? {} : { cwd }),
  });
  try {
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { code: Number(code), stdout, stderr };
  } catch (cause) {
    throw new Error(`${program} ${args.join(' ')}: did not end by itself`, { cause });
  }
}

/**
 * What the program wrote to stdout, without the space around it.
 *
 * @throws Error with its stderr for any exit code but 0
 */
export function succeeded({ code, stdout, stderr }: Ended): string {
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return stdout.trim();
}
