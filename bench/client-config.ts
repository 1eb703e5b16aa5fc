/**
 * What reading a kubeconfig costs a process that has Node's own HTTP and TLS, and zod, in memory already, as plugin and webhook have:
 * by client-node's KubeConfig, by the same without its HTTP client as we bundle it (krew/bundle/client-config.ts), and by
 * our own reader.
 *
 *   node --import tsx bench/client-config.ts [ROUNDS]
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { takeBuiltinsDirectly } from '../krew/bundle/builtins.ts';
import { configWithoutClient } from '../krew/bundle/client-config.ts';

const rounds = Number(process.argv[2] ?? 9);
const ROOT = join(import.meta.dirname, '..');
const CLIENT_NODE = `
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  new KubeConfig().loadFromFile(process.argv[2]);`;
const OURS = `
  const { readKubeconfig } = await import('./shared/kube/kubeconfig.ts');
  await readKubeconfig([process.argv[2]], true);`;
const WAYS: readonly (readonly [what: string, read: string, plugins: Plugin[]])[] = [
  ['client-node with its HTTP client', CLIENT_NODE, []],
  ['client-node without it', CLIENT_NODE, [configWithoutClient]],
  ['our reader', OURS, []],
];

interface Cost {
  ms: number;
  megabytes: number;
}

const dir = await mkdtemp(join(ROOT, 'node_modules', '.client-config-'));
try {
  const kubeconfig = join(dir, 'kubeconfig');
  await writeFile(kubeconfig, 'current-context: ""\nclusters: []\nusers: []\ncontexts: []\n');
  await writeFile(join(dir, 'package.json'), '{"type":"module"}');
  for (const [what, read, plugins] of WAYS) {
    const outdir = join(dir, what);
    const { outputFiles } = await build({
      ...{ stdin: { contents: measuring(read), resolveDir: ROOT }, bundle: true, format: 'esm' },
      ...{ platform: 'node', outdir, splitting: true, write: false, plugins },
    });
    await mkdir(outdir);
    for (const { path, text } of outputFiles) await writeFile(path, takeBuiltinsDirectly(text));
    const costs: Cost[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { stdout } = await promisify(execFile)(process.execPath, [join(outdir, 'stdin.js'), kubeconfig]);
      costs.push(JSON.parse(stdout));
    }
    const median = (of: (cost: Cost) => number) =>
      costs
        .map(of)
        .sort((a, b) => a - b)
        [Math.floor(rounds / 2)]?.toFixed(1);
    const megabytes = median((cost) => cost.megabytes);
    process.stdout.write(`${what}: ${megabytes} MB, ${median((cost) => cost.ms)} ms of CPU\n`);
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}

function measuring(read: string): string {
  return `
    await Promise.all(['http', 'http2', 'https', 'tls', 'child_process'].map((name) => import('node:' + name)));
    await import('zod/mini');
    const before = process.memoryUsage().rss;
    const began = process.cpuUsage();
    ${read}
    const { user, system } = process.cpuUsage(began);
    const ms = (user + system) / 1000;
    process.stdout.write(JSON.stringify({ ms, megabytes: (process.memoryUsage().rss - before) / 2 ** 20 }));`;
}
