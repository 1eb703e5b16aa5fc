/**
 * How long forms of the plugin take for `--help`, beside `kubectl version --client`, in one sweep in which they take
 * turns. The executable of a release loads the bundle's files from its assets; beside it stand forms that it could
 * have: the code that `--help` needs as one CommonJS script, without and with V8's code cache (which only a machine of
 * the target's kind can make; and the views await at their top level, which CommonJS cannot).
 *
 *   npm run build && node bench/executables.ts [ROUNDS]
 *
 * 30 rounds unless told. Prints a table: median and fastest time in milliseconds, and the ratio of each median to
 * kubectl's. The executable's must not be above 1.3. The JavaScript form runs on the Node that runs this, all others on
 * the one that an executable for Linux contains.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { buildExecutable } from '../krew/executables/build.ts';
import { injectScript } from '../krew/executables/inject.ts';
import { RUNTIMES } from '../krew/executables/pins.ts';
import { findNodes, type Nodes } from '../krew/executables/runtimes.ts';
import { readRootPackage } from '../krew/package/npm-package.ts';
import { stageJavaScript } from '../krew/package/stage.ts';
import { kubectlPath } from '../test/helpers/kubectl.ts';

interface Timed {
  label: string;
  program: string;
  args: readonly string[];
}

const ROOT = join(import.meta.dirname, '..');
const START =
  "import('./index.js').then(({ main, processContext }) => main(['--help'], processContext(process)));";

const run = promisify(execFile);
const rounds = Number(process.argv[2] ?? 30);
const work = await mkdtemp(join(tmpdir(), 'executables-'));
try {
  const nodes = await findNodes(RUNTIMES.linuxX64, join(ROOT, 'node_modules'), process.env);
  const javascriptDir = join(work, 'javascript');
  await stageJavaScript(javascriptDir, await readRootPackage(ROOT), { root: ROOT, thirdParty: '' });
  const shim = join(javascriptDir, 'plugin', 'kubectl-zone');
  const executable = join(work, 'assets');
  await buildExecutable(javascriptDir, { ...nodes, output: executable });
  const script = await commonJs(javascriptDir);
  const empty = join(work, 'empty.cjs');
  await writeFile(empty, '');

  const help = ['--help'];
  print(
    await measure([
      { label: 'kubectl version --client', program: await kubectlPath(), args: ['version', '--client'] },
      { label: 'node -e 0', program: nodes.runtime, args: ['-e', '0'] },
      {
        label: 'an executable that does nothing',
        program: await built(nodes, 'nothing', empty, false),
        args: [],
      },
      { label: 'JavaScript form', program: process.execPath, args: [shim, ...help] },
      { label: 'executable of a release', program: executable, args: help },
      { label: 'CommonJS', program: await built(nodes, 'script', script, false), args: help },
      { label: 'CommonJS, code cache', program: await built(nodes, 'cached', script, true), args: help },
    ]),
  );
} finally {
  await rm(work, { recursive: true, force: true });
}

/** What `--help` needs, as one CommonJS script. */
async function commonJs(javascriptDir: string): Promise<string> {
  const outfile = join(work, 'script.cjs');
  await build({
    stdin: { contents: START, resolveDir: join(javascriptDir, 'dist', 'plugin') },
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    logLevel: 'error',
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(outfile).href) },
    plugins: [
      {
        name: 'without-what-is-loaded-later',
        setup({ onResolve }) {
          onResolve({ filter: /./ }, ({ path, kind, importer }) =>
            kind === 'dynamic-import' && importer.endsWith('.js') ? { path, external: true } : undefined,
          );
        },
      },
    ],
  });
  return outfile;
}

async function built(nodes: Nodes, name: string, main: string, useCodeCache: boolean): Promise<string> {
  const output = join(work, name);
  await injectScript({ main, useCodeCache }, { ...nodes, output });
  return output;
}

async function measure(all: readonly Timed[]): Promise<Map<string, number[]>> {
  const times = new Map(all.map(({ label }): [string, number[]] => [label, []]));
  for (const timed of all) await timeMs(timed);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < all.length; turn += 1) {
      const timed = all[(round + turn) % all.length];
      if (timed) times.get(timed.label)?.push(await timeMs(timed));
    }
  }
  return times;
}

/** @throws Error when the program fails */
async function timeMs({ program, args }: Timed): Promise<number> {
  const beganMs = performance.now();
  await run(program, args);
  return performance.now() - beganMs;
}

function print(times: ReadonlyMap<string, number[]>): void {
  const line = (...cells: string[]) =>
    process.stdout.write(
      `${cells.map((cell, index) => (index === 0 ? cell.padEnd(34) : cell.padStart(8))).join('')}\n`,
    );
  line('', 'median', 'fastest', 'ratio');
  const [kubectl = []] = times.values();
  for (const [label, each] of times) {
    const ratio = quantile(each, 0.5) / quantile(kubectl, 0.5);
    line(label, quantile(each, 0.5).toFixed(0), quantile(each, 0).toFixed(0), ratio.toFixed(2));
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}
