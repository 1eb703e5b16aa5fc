import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { silentLog } from '../../../webhook/telemetry/log.ts';
import { openFileSource } from '../../../webhook/tls/file-source.ts';
import { testAuthority } from '../../helpers/certificates.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

async function folder(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tls-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function write(directory: string, pair: { cert: string; key: string }, ca?: string): Promise<void> {
  await writeFile(join(directory, 'tls.key'), pair.key);
  await writeFile(join(directory, 'tls.crt'), pair.cert);
  if (ca) await writeFile(join(directory, 'ca.crt'), ca);
}

describe('certificates in files', () => {
  it('are read again when they change, and kept while the new ones do not fit together', async (t) => {
    const directory = await folder(t);
    const clock = manualClock();
    const [old, next] = await Promise.all([testAuthority(), testAuthority()]);
    await write(directory, old.server, old.ca);
    const source = await openFileSource(directory, { clock, log: silentLog });
    t.after(() => source.stop());
    assert.equal(source.current.caBundle, old.ca);
    const poll = async () => {
      const delayMs = await clock.scheduled(() => true);
      clock.advance(delayMs);
      await clock.scheduled(() => true);
    };

    await writeFile(join(directory, 'tls.crt'), next.server.cert);
    await poll();
    assert.equal(source.current.server.cert, old.server.cert);

    let told = 0;
    source.onChange(() => {
      told += 1;
    });
    await write(directory, next.server, next.ca);
    await poll();
    assert.deepEqual([source.current.server, source.current.caBundle, told], [next.server, next.ca, 1]);
    await poll();
    assert.equal(told, 1);
  });

  it('leave the caBundle to others without ca.crt, and must be there at the start', async (t) => {
    const directory = await folder(t);
    const surroundings = { clock: manualClock(), log: silentLog };
    await assert.rejects(openFileSource(directory, surroundings), /ENOENT/);
    const { server } = await testAuthority();
    await write(directory, server);
    const source = await openFileSource(directory, surroundings);
    t.after(() => source.stop());
    assert.equal(source.current.caBundle, undefined);
  });
});
