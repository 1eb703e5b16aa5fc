import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { COMMANDS } from '../../../plugin/main.ts';
import { PLUGIN_PATH } from '../../helpers/plugin.ts';

const DIST = join(import.meta.dirname, '..', '..', '..', 'dist', 'plugin');
const RECORDER = join(import.meta.dirname, 'record-modules.ts');
/** All that yargs is made of. What else a command needs it loads when it runs. */
const LIGHT =
  /^(yargs|yargs-parser|cliui|y18n|escalade|get-caller-file|wrap-ansi|strip-ansi|ansi-regex|ansi-styles)$/;
const PACKAGE = /^\/\/ (?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//gm;

describe('what is loaded', () => {
  for (const words of [[], ...COMMANDS.map(({ usage }) => [usage.split(' ')[0] ?? ''])]) {
    it(`of kubectl zone ${[...words, '--help'].join(' ')} is one file`, async () => {
      assert.deepEqual(await filesLoadedBy([...words, '--help']), ['index.js']);
    });
  }

  it('of a command that asks the cluster is one file more', async () => {
    assert.deepEqual(await filesLoadedBy(['budget']), ['everyday.js', 'index.js']);
  });

  it('for help has nothing in it but yargs and our own definitions', async () => {
    const packages = await packagesIn('index.js');
    assert.deepEqual(
      packages.filter((name) => !LIGHT.test(name)),
      [],
    );
    assert.ok(packages.includes('yargs'), 'the names of packages are no longer in the bundle');
  });

  it('to ask the cluster has only the readers of YAML and of objects in it', async () => {
    assert.deepEqual(await packagesIn('everyday.js'), ['js-yaml', 'zod']);
  });

  it('of zod has no translations in it', async () => {
    assert.doesNotMatch(await readFile(join(DIST, 'everyday.js'), 'utf8'), /zod\/v4\/locales/);
  });
});

/** By their comments, which say where code was bundled from. */
async function packagesIn(file: string): Promise<string[]> {
  const code = await readFile(join(DIST, file), 'utf8');
  return [...new Set([...code.matchAll(PACKAGE)].map(([, name]) => name ?? ''))].sort();
}

/** Names of the bundle's files that a process reads which finds no cluster. */
function filesLoadedBy(words: readonly string[]): Promise<string[]> {
  const env = { PATH: process.env.PATH, KUBECONFIG: join(DIST, 'no-kubeconfig') };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', RECORDER, PLUGIN_PATH, ...words],
      { env },
      (_error, _out, stderr) => {
        const loaded = [...stderr.matchAll(/^loaded .*\/dist\/plugin\/(.*)$/gm)].map(
          ([, name]) => name ?? '',
        );
        resolve([...new Set(loaded)].sort());
      },
    );
  });
}
