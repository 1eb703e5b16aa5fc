import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileCredentials } from '../../../shared/kube/file-credentials.ts';
import { ANONYMOUS } from '../../helpers/anonymous.ts';
import { type TestAuthority, testAuthority } from '../../helpers/certificates.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

describe('fileCredentials', () => {
  let folder: string;
  let authority: TestAuthority;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'files-'));
    authority = await testAuthority();
  });
  after(() => rm(folder, { recursive: true }));

  it('reads a token again when it has been replaced, and at once after a 401', async () => {
    const token = join(folder, 'token');
    await writeFile(token, 'one\n');
    const clock = manualClock();
    const credentials = fileCredentials({ token }, ANONYMOUS, clock);
    const first = await credentials.current();
    assert.equal(first.authorization, 'Bearer one');
    await writeFile(token, 'second\n');
    assert.equal(await credentials.current(), first);
    clock.advance(10_000);
    const second = await credentials.current();
    assert.equal(second.authorization, 'Bearer second');
    assert.equal(await credentials.renew(second), undefined);
    await writeFile(token, 'the third\n');
    assert.equal((await credentials.renew(second))?.authorization, 'Bearer the third');
  });

  it('keeps the last token while the file is away or empty', async () => {
    const token = join(folder, 'gone');
    await assert.rejects(
      fileCredentials({ token }, ANONYMOUS, manualClock()).current(),
      /KubeconfigError: the token file .*gone cannot be used: ENOENT/,
    );
    await writeFile(token, 'one');
    const clock = manualClock();
    const credentials = fileCredentials({ token }, ANONYMOUS, clock);
    const first = await credentials.current();
    for (const change of [() => rm(token), () => writeFile(token, ' ')]) {
      await change();
      clock.advance(10_000);
      assert.equal(await credentials.current(), first);
      assert.equal(await credentials.renew(first), undefined);
    }
    await writeFile(token, 'two');
    clock.advance(10_000);
    assert.equal((await credentials.current()).authorization, 'Bearer two');
  });

  it('follows a client certificate that is replaced, once its key has been replaced too', async () => {
    const files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
    const write = async (what: 'cert' | 'key', text: string) => writeFile(files[what], text);
    const old = await authority.client('old');
    const fresh = await authority.client('fresh');
    await write('cert', old.cert);
    await write('key', old.key);
    const clock = manualClock();
    const credentials = fileCredentials(files, ANONYMOUS, clock);
    assert.equal((await credentials.current()).cert, old.cert);
    await write('cert', fresh.cert);
    clock.advance(10_000);
    assert.equal((await credentials.current()).cert, old.cert);
    await write('key', fresh.key);
    clock.advance(10_000);
    assert.deepEqual(await credentials.current(), { ...ANONYMOUS, ...fresh });
  });
});
