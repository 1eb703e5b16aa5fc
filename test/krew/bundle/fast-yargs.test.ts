import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build, type Plugin } from 'esbuild';
import { fastYargs, withoutCachedHelp } from '../../../krew/bundle/fast-yargs.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const ENTRY = `
  import yargs from 'yargs';
  export const help = (columns) => yargs([]).scriptName('x').wrap(columns)
    .command('do <what>', 'Does it, which takes some words to say', (own) => own.option('how', { describe: 'the way' }))
    .epilogue('More is to be read elsewhere').getHelp();
  export const run = async (words) => yargs(words).exitProcess(false).fail(false).strict()
    .command('do <what>', 'Does it', {}, () => {}).parseAsync();`;

interface Bundle {
  inputs: string[];
  help(columns: number): Promise<string>;
  run(words: readonly string[]): Promise<Record<string, unknown>>;
}

/** When one of these fails, yargs has changed: adapt the plugin, or remove it. */
describe('yargs without what is slow', () => {
  let dir = '';
  const bundle = async (name: string, plugins: Plugin[]): Promise<Bundle> => {
    const outfile = join(dir, `${name}.mjs`);
    const { metafile } = await build({
      ...{ stdin: { contents: ENTRY, resolveDir: ROOT }, bundle: true, format: 'esm', platform: 'node' },
      ...{ outfile, metafile: true, plugins },
    });
    return { inputs: Object.keys(metafile.inputs), ...((await import(outfile)) as Omit<Bundle, 'inputs'>) };
  };
  let fast: Bundle;
  let stock: Bundle;
  before(async () => {
    dir = await mkdtemp(join(ROOT, 'node_modules', '.fast-yargs-'));
    await writeFile(join(dir, 'package.json'), '{"type":"module"}');
    [fast, stock] = await Promise.all([bundle('fast', [fastYargs]), bundle('stock', [])]);
  });
  after(() => rm(dir, { recursive: true, force: true }));

  it('has both modules replaced, and needs no other than before', () => {
    assert.deepEqual(fast.inputs.filter((path) => path.startsWith('stand-in:')).sort(), [
      'stand-in:assert',
      'stand-in:string-width',
    ]);
    assert.ok(stock.inputs.some((path) => path.includes('/string-width/')));
    const added = fast.inputs.filter((path) => !path.startsWith('stand-in:') && !stock.inputs.includes(path));
    assert.deepEqual(added, []);
  });

  it('lays help out as before, at every width', async () => {
    for (const columns of [30, 80, 200]) assert.equal(await fast.help(columns), await stock.help(columns));
  });

  it('parses and refuses words as before', async () => {
    assert.deepEqual(await fast.run(['do', 'it']), await stock.run(['do', 'it']));
    for (const words of [['do'], ['do', 'it', '--nope']]) {
      const refusal = await stock.run(words).catch(String);
      assert.equal(await fast.run(words).catch(String), refusal);
    }
  });

  it('refuses a yargs that says it otherwise', () => {
    assert.throws(() => withoutCachedHelp('cacheHelp();'), /yargs no longer says/);
  });
});
