import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { PLUGIN_PATH } from '../../helpers/plugin.ts';

const run = promisify(execFile);

describe('the executable', () => {
  let home = '';
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'home-'));
  });
  after(() => rm(home, { recursive: true, force: true }));

  it('makes no folder in a home without kubectl', async () => {
    await help({ HOME: home });
    assert.deepEqual(await readdir(home), []);
  });

  it('keeps what Node has compiled beside the caches of kubectl', async () => {
    await mkdir(join(home, '.kube'));
    await help({ HOME: home });
    assert.deepEqual(await readdir(join(home, '.kube', 'cache')), ['kubectl-zone']);
  });

  it('keeps it in KUBECACHEDIR where that is set', async () => {
    const KUBECACHEDIR = join(home, 'elsewhere');
    await mkdir(KUBECACHEDIR);
    await help({ HOME: home, KUBECACHEDIR });
    assert.deepEqual(await readdir(KUBECACHEDIR), ['kubectl-zone']);
  });

  it('does without where nothing can be written', async () => {
    await help({ KUBECACHEDIR: '/dev/null' });
    await help({ KUBECACHEDIR: join(home, 'nowhere') });
    await help({});
  });

  it('takes no folder below the current one for a home that is not set', async () => {
    const folder = join(home, 'undefined', '.kube');
    await mkdir(folder, { recursive: true });
    await help({}, home);
    assert.deepEqual(await readdir(folder), []);
  });
});

async function help(env: Readonly<Record<string, string>>, cwd?: string): Promise<void> {
  const { stdout } = await run(PLUGIN_PATH, ['--help'], { cwd, env: { PATH: process.env.PATH, ...env } });
  assert.match(stdout, /kubectl zone <command>/);
}
