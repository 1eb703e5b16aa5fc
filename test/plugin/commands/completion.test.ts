import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { main } from '../../../plugin/main.ts';
import { testContext } from '../../helpers/context.ts';
import { PLUGIN_PATH } from '../../helpers/plugin.ts';

const SHIPPED = join(PLUGIN_PATH, '..', 'kubectl_complete-zone');

describe('kubectl zone completion', () => {
  it('prints the executable that npm and the sources ship with the plugin', async () => {
    const { context, stdout, stderr } = testContext({});
    assert.equal(await main(['completion'], context), 0);
    assert.equal(stdout.text, await readFile(SHIPPED, 'utf8'));
    assert.equal(stderr.text, '');
    assert.equal((await stat(SHIPPED)).mode & 0o111, 0o111);
  });

  it('explains how to install it, and hides the internal command from the help', async () => {
    const { context, stdout } = testContext({});
    assert.equal(await main(['completion', '--help'], context), 0);
    const lines = stdout.text.split('\n').map((line) => line.trim());
    const first = lines.indexOf('kubectl zone completion > kubectl_complete-zone');
    assert.equal(lines[first + 1], 'sudo install -m 755 kubectl_complete-zone /usr/local/bin/');
    const root = testContext({});
    await main(['--help'], root.context);
    assert.match(root.stdout.text, /kubectl zone completion/);
    assert.doesNotMatch(root.stdout.text, /__complete/);
  });
});
