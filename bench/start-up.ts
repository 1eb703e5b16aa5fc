/**
 * How long the plugin takes to start, beside kubectl on the same machine: until `--help` has ended, beside
 * `kubectl version --client`, and until `budget` has written its first row, beside `kubectl get zdb`. The control
 * plane runs in processes of its own; kubectl's discovery cache is warm. The programs take turns, each round in
 * another order, so that a noisy machine disturbs all of them alike.
 *
 *   npm run build && node --import tsx bench/start-up.ts [ROUNDS] [PROGRAM...]
 *
 * 30 rounds of plugin/kubectl-zone unless told; a PROGRAM is another form of the plugin, such as a single executable.
 * For each command it prints one JSON line: the median and the fastest of its times, and the ratio of its median to
 * that of the command named by `to`. `node -e 0` is the floor of everything that runs on Node, and `kubectl zone`
 * has kubectl's own start in it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { controlPlaneCluster } from '../test/cluster/control-plane-cluster.ts';
import { namespace, statefulSet } from '../test/cluster/fixtures.ts';
import { kubectlPath } from '../test/helpers/kubectl.ts';
import { PLUGIN_PATH, pathWithPlugin } from '../test/helpers/plugin.ts';
import { zoneBudget } from '../test/webhook/helpers/budgets.ts';

const CRDS = join(import.meta.dirname, '..', 'manifests', 'crds');
const AT = { name: 'ingester', namespace: 'metrics' };

/** What is timed, and until when. */
interface Timed {
  label: string;
  program: string;
  args: readonly string[];
  /** `end` is the end of the process; `row` the first line after the table's head. */
  until: 'end' | 'row';
  /** The label of the command that this one is compared with. */
  to?: string;
}

const [rounds = '30', ...given] = process.argv.slice(2);
const plugins = given.length > 0 ? given.map((path) => resolve(path)) : [PLUGIN_PATH];

const cluster = await controlPlaneCluster();
const home = await mkdtemp(join(tmpdir(), 'start-up-'));
// As after any kubectl command: there the plugin keeps what Node has compiled.
await mkdir(join(home, '.kube'));
const env = {
  HOME: home,
  KUBECONFIG: cluster.kubeconfigPath,
  PATH: `${pathWithPlugin()}${delimiter}${process.env.PATH ?? ''}`,
};
try {
  await cluster.apply(namespace(AT.namespace), statefulSet({ ...AT, replicas: 6 }));
  await cluster.waitReady('StatefulSet', AT.name, AT.namespace);
  await cluster.kubectl(['apply', '--server-side', '-k', CRDS]);
  await cluster.apply(zoneBudget({ ...AT, maxUnavailable: 2 }));
  await measure(await commands());
} finally {
  await cluster.stop();
  await rm(home, { recursive: true, force: true });
}

async function commands(): Promise<Timed[]> {
  const kubectl = await kubectlPath();
  const here = ['-n', AT.namespace];
  const get: Timed = {
    label: 'kubectl get zdb',
    program: kubectl,
    args: ['get', 'zdb', ...here],
    until: 'row',
  };
  const version: Timed = {
    label: 'kubectl version --client',
    program: kubectl,
    args: ['version', '--client'],
    until: 'end',
  };
  return [
    { label: 'node -e 0', program: process.execPath, args: ['-e', '0'], until: 'end' },
    version,
    get,
    {
      label: 'kubectl zone budget',
      program: kubectl,
      args: ['zone', 'budget', ...here],
      until: 'row',
      to: get.label,
    },
    ...plugins.flatMap((program): Timed[] => [
      { label: `${program} --help`, program, args: ['--help'], until: 'end', to: version.label },
      { label: `${program} budget`, program, args: ['budget', ...here], until: 'row', to: get.label },
    ]),
  ];
}

async function measure(all: readonly Timed[]): Promise<void> {
  const timesMs = new Map(all.map(({ label }): [string, number[]] => [label, []]));
  // The first run of each fills kubectl's discovery cache and the page cache.
  for (const timed of all) await timeMs(timed);
  for (let round = 0; round < Number(rounds); round += 1) {
    for (let turn = 0; turn < all.length; turn += 1) {
      const timed = all[(round + turn) % all.length];
      if (timed) timesMs.get(timed.label)?.push(await timeMs(timed));
    }
  }
  for (const { label, to } of all) {
    const median = quantile(timesMs.get(label) ?? [], 0.5);
    const ratio = to === undefined ? undefined : median / quantile(timesMs.get(to) ?? [], 0.5);
    const fastest = quantile(timesMs.get(label) ?? [], 0);
    process.stdout.write(
      `${JSON.stringify({
        command: label,
        medianMs: Math.round(median),
        fastestMs: Math.round(fastest),
        ...(ratio === undefined ? {} : { ratio: Number(ratio.toFixed(2)), to }),
      })}\n`,
    );
  }
}

/** @throws Error when the program fails, or shows no row */
async function timeMs({ label, program, args, until }: Timed): Promise<number> {
  const beganMs = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let shown = '';
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  let rowMs: number | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    if (rowMs === undefined && shown.split('\n').length > 2) rowMs = performance.now() - beganMs;
  });
  const [code] = await once(child, 'close');
  const endMs = performance.now() - beganMs;
  if (code !== 0) throw new Error(`${label} ended with ${code}: ${said}`);
  if (until === 'end') return endMs;
  if (rowMs === undefined) throw new Error(`${label} showed no row: ${shown}`);
  return rowMs;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}
