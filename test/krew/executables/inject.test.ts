import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { injectScript } from '../../../krew/executables/inject.ts';

describe('putting a script into Node', () => {
  let work: string;
  let main: string;
  before(async () => {
    work = await mkdtemp(join(tmpdir(), 'inject-'));
    main = join(work, 'main.cjs');
    await writeFile(main, '');
  });
  after(() => rm(work, { recursive: true, force: true }));

  const target = (runtime: string) => ({ maker: process.execPath, runtime, output: join(work, 'output') });

  it('fails with what Node says of the script', async () => {
    await assert.rejects(injectScript({ main: join(work, 'missing.cjs') }, target(main)), /missing\.cjs/);
  });

  it('fails with what postject says of the runtime', async () => {
    await assert.rejects(
      injectScript({ main }, target(main)),
      /^Error: postject: .*Executable must be a supported format/s,
    );
  });
});
