import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startProcessGroup } from './process-group.ts';
import { startProcess, waitUntil } from './processes.ts';

describe('processes', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'processes-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const shell = (name: string, script: string) => ({
    name,
    command: '/bin/sh',
    args: ['-c', script],
    logPath: join(dir, `${name}.log`),
  });
  const never = () => Promise.resolve(false);

  it('says which program cannot be started', async () => {
    const spec = { ...shell('ghost', ''), command: join(dir, 'no-such-program') };
    await assert.rejects(startProcess(spec), /ghost: .*no-such-program cannot be started/);
  });

  it('shows the last log lines of a process that ended while it was waited for', async () => {
    const process = await startProcess(shell('brief', 'echo first; echo last words; exit 3'));
    await assert.rejects(
      waitUntil('brief is ready', never, { processes: [process], deadlineMs: 60_000 }),
      /brief is ready: brief ended with exit code 3.*first\nlast words/s,
    );
  });

  it('gives up at the deadline, with the log of what still runs and the last error', async () => {
    const process = await startProcess(shell('stuck', 'echo hanging; exec sleep 600'));
    const fail = () => Promise.reject(new Error('refused'));
    const options = { processes: [process], deadlineMs: 0, intervalMs: 1 };
    await assert.rejects(waitUntil('stuck is ready', fail, options), (error) => {
      assert.ok(error instanceof Error && error.cause instanceof Error);
      assert.match(error.message, /stuck is ready: not within 0 ms/);
      assert.equal(error.cause.message, 'refused');
      return true;
    });
    await process.kill();
    assert.equal(process.ended(), 'signal SIGKILL');
  });

  it('removes the folder of a group after killing its processes', async () => {
    const owned = await mkdtemp(join(dir, 'owned-'));
    await writeFile(join(owned, 'data'), '');
    const group = startProcessGroup(owned);
    const process = await group.start(shell('member', 'exec sleep 600'));
    await group.stop();
    assert.equal(process.ended(), 'signal SIGKILL');
    await assert.rejects(writeFile(join(owned, 'data'), ''), { code: 'ENOENT' });
  });

  it('reports a member that ended by itself, but not one that was killed on purpose', async () => {
    const group = startProcessGroup();
    const wanted = await group.start(shell('wanted', 'exec sleep 600'));
    const fallen = await group.start(shell('fallen', 'echo out of memory; exit 1'));
    await group.kill(wanted);
    await fallen.end;
    await assert.rejects(group.stop(), (error) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, /^fallen ended with exit code 1.*out of memory$/s);
      return true;
    });
  });
});
