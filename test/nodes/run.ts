/**
 * `node test/nodes/run.ts [FILE…]`: runs the suites on real nodes, all of them by default, in namespaces of their own.
 *
 *   --missing-packages   only prints the Debian packages that are missing, in one line
 *   --shell              a shell in such namespaces, to try things out
 */
import { globSync } from 'node:fs';
import { findBinaries, findNodeBinaries } from '../control-plane/binaries.ts';
import { runIsolated } from './namespaces.ts';
import { explainMissing, findMissing, thisMachine } from './requirements.ts';
import { buildWebhookImages } from './webhook-images.ts';

/** A test that takes longer is ended. */
const TIMEOUT_MS = 600_000;

const say = (line: string) => void process.stderr.write(`${line}\n`);

const argv = process.argv.slice(2);
const missing = await findMissing(thisMachine());
if (argv.includes('--missing-packages')) {
  process.stdout.write(`${missing.packages.join(' ')}\n`);
} else {
  process.exitCode = await run(argv).catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  });
}

async function run(chosen: readonly string[]): Promise<number> {
  const obstacles = explainMissing(missing);
  if (obstacles !== undefined) throw new Error(obstacles);
  // Outside: in the namespaces there is no network to build with.
  await findBinaries(process.env, say);
  await findNodeBinaries(process.env, say);
  if (chosen.includes('--shell')) return (await runIsolated(process.env.SHELL || '/bin/sh', [])).end;
  await buildWebhookImages();
  const files = chosen.length > 0 ? chosen : globSync('test/cluster/*.nodes.ts').sort();
  const runner = [
    ...[
      '--import',
      './test/helpers/jsx.ts',
      '--import',
      './test/helpers/shipped-yargs.ts',
      '--test',
      '--test-concurrency=1',
    ],
    ...[`--test-timeout=${TIMEOUT_MS}`, '--test-force-exit'],
  ];
  const { end } = await runIsolated(process.execPath, [...runner, ...files]);
  return end;
}
