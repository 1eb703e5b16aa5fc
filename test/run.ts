/**
 * Runs the check and the tests side by side: `node test/run.ts [--slow] [FILE…]`, all test files by default.
 *
 * Most files take less time to run than a process takes to start and to load what they import, so one process runs many
 * of them. What starts processes or clusters, or is about what a process loads, has a process for each file.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { text } from 'node:stream/consumers';

interface Job {
  name: string;
  command: string;
  args: readonly string[];
}

/** A test that takes longer is ended. */
const TIMEOUT_MS = 600_000;
/** More than there are cores: most of what these files do is waiting. */
const PROCESSES = 4;

const flags = process.argv.slice(2);
const isSlow = flags.includes('--slow');
const chosen = flags.filter((flag) => !flag.startsWith('--'));
const files =
  chosen.length > 0
    ? chosen
    : ['test/**/*.test.ts', 'test/**/*.test.tsx'].flatMap((pattern) => globSync(pattern)).sort();

const isAlone = isIn('test/cluster/', 'test/krew/', 'test/shared/gates/sources.test.ts');
const isShared = isIn('test/shared/');
const isView = isIn('test/plugin/views/', 'test/plugin/budget/views/');
const together = files.filter((file) => !isAlone(file));

const codes = await Promise.all(
  [
    ...(isSlow || chosen.length > 0
      ? []
      : [{ name: 'check', command: 'npm', args: ['run', '--silent', 'check'] }]),
    ...tests('clusters and processes', files.filter(isAlone), `--test-concurrency=${PROCESSES}`),
    ...tests('shared', together.filter(isShared), '--test-isolation=none'),
    ...tests('views', together.filter(isView), '--test-isolation=none'),
    ...tests(
      'plugin, webhook and others',
      together.filter((file) => !isShared(file) && !isView(file)),
      '--test-isolation=none',
    ),
  ].map(run),
);
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;

function isIn(...places: string[]): (file: string) => boolean {
  return (file) => places.some((place) => file.startsWith(place));
}

function tests(name: string, some: readonly string[], isolation: string): Job[] {
  if (some.length === 0) return [];
  const runner = [
    '--import',
    './test/helpers/jsx.ts',
    '--import',
    './test/helpers/shipped-yargs.ts',
    '--test',
    '--test-force-exit',
    `--test-timeout=${TIMEOUT_MS}`,
  ];
  const reporter = `--test-reporter=${isSlow ? './test/slowest.ts' : 'spec'}`;
  return [{ name, command: process.execPath, args: [...runner, isolation, reporter, ...some] }];
}

/** Prints what a job says when it has ended, and hands over its exit code. */
async function run({ name, command, args }: Job): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number>((resolve, reject) => {
    child.once('close', (code) => resolve(code ?? 1)).once('error', reject);
  });
  const output = await text(child.stdout);
  const code = await exited;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  process.stdout.write(`${output}${name}: ${code === 0 ? 'passed' : 'failed'} after ${seconds} s\n\n`);
  return code;
}
