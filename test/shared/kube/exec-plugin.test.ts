import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../../shared/clock.ts';
import { type ExecSurroundings, runExecPlugin } from '../../../shared/kube/exec-plugin.ts';
import { ANONYMOUS } from '../../helpers/anonymous.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import fc from '../../helpers/seed.ts';

const API_VERSION = 'client.authentication.k8s.io/v1';

describe('runExecPlugin', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'exec-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function run(
    script: string,
    { first = false, ...more }: Partial<ExecSurroundings> & { first?: boolean; signal?: AbortSignal } = {},
  ) {
    const file = join(folder, 'login');
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
    const surroundings = {
      env: { PATH: process.env.PATH },
      stderr: new PassThrough(),
      interactive: false,
      folder,
      cluster: {},
      clock: systemClock,
      ...more,
    };
    const signal = more.signal ?? new AbortController().signal;
    const entry = { apiVersion: API_VERSION, command: './login' };
    return runExecPlugin(entry, ANONYMOUS, surroundings, { first, signal });
  }

  /** Runs a plugin that hangs, and lets the time pass that it is waited for. */
  async function hang(how: { first: boolean; interactive: boolean }) {
    const clock = manualClock();
    const pid = join(folder, 'pid');
    await rm(pid, { force: true });
    const answer = run(`echo $$ > ${pid}; exec sleep 100000`, { ...how, clock });
    answer.catch(() => {});
    const patienceMs = await clock.scheduled(() => true);
    const read = async (): Promise<number> =>
      Number(await readFile(pid, 'utf8').catch(() => '')) ||
      new Promise((resolve) => setImmediate(() => resolve(read())));
    return { clock, answer, patienceMs, pid: await read() };
  }

  it('ends a plugin that hangs where nobody could see it, and names it', async () => {
    for (const [first, patienceMs] of [
      [false, 30_000],
      [true, 120_000],
    ] as const) {
      const hung = await hang({ first, interactive: false });
      assert.equal(hung.patienceMs, patienceMs);
      hung.clock.advance(patienceMs);
      await assert.rejects(hung.answer, {
        name: 'KubeconfigError',
        message: `the credential plugin ./login has not answered for ${patienceMs / 1000} s`,
      });
      await hung.clock.quiet();
      assert.equal(isAlive(hung.pid), false);
    }
  });

  it('kills one that does not end when it is asked to', async () => {
    const clock = manualClock();
    const ready = join(folder, 'ready');
    const answer = run(`trap '' TERM; echo $$ > ${ready}; while :; do sleep 0.05; done`, { clock });
    answer.catch(() => {});
    const read = async (): Promise<number> =>
      Number(await readFile(ready, 'utf8').catch(() => '')) ||
      new Promise((resolve) => setImmediate(() => resolve(read())));
    const pid = await read();
    clock.advance(30_000);
    await assert.rejects(answer, /has not answered/);
    clock.advance(2_000);
    while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
  });

  it('waits for a person who logs in on a terminal', async () => {
    const login = await hang({ first: true, interactive: true });
    assert.equal(login.patienceMs, Number.POSITIVE_INFINITY);
    const again = await hang({ first: false, interactive: true });
    assert.equal(again.patienceMs, 300_000);
    for (const { pid } of [login, again]) process.kill(pid);
    await assert.rejects(login.answer, /login was killed by SIGTERM/);
  });

  it('is ended when nobody needs its answer any more', async () => {
    const closing = new AbortController();
    const answer = run('exec sleep 100000', { signal: closing.signal });
    closing.abort(new Error('closed'));
    await assert.rejects(answer, /closed/);
  });

  it('repeats what a plugin said last before it failed', async () => {
    await assert.rejects(
      run('echo "An error occurred (ServiceUnavailable) when calling AssumeRole" >&2; exit 255'),
      /login failed with exit code 255: An error occurred \(ServiceUnavailable\) when calling AssumeRole$/,
    );
  });

  describe('what it says on stderr', () => {
    const said = async (script: string, interactive: boolean) => {
      let text = '';
      const stderr = new Writable({
        write(chunk, _, done) {
          text += chunk;
          done();
        },
      });
      await run(`${script}\nexit 3`, { stderr, interactive }).catch(() => {});
      return text;
    };
    const HOSTILE = String.raw`printf 'log in:\033[2J\r\033]52;c;eA==\007 code\n\342\200\256evil\nno end of line' >&2`;

    it('is a message where it may not read from a terminal: characters and ends of lines', async () => {
      assert.equal(await said(HOSTILE, false), 'log in:  code\nevil\nno end of line');
    });

    it('is as it is where it may, as with kubectl', async () => {
      assert.ok((await said(HOSTILE, true)).startsWith('log in:\u001b[2J\r\u001b]52'));
    });

    it('is bounded where nobody answers', async () => {
      const text = await said('yes x | head -c 1000000 >&2', false);
      assert.ok(text.length < 66_000, `${text.length} characters`);
      assert.match(text, /\nthe credential plugin \.\/login printed more, which is omitted\n$/);
    });

    it('reaches the terminal in no other way, whatever it is', async () => {
      const file = join(folder, 'message');
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
          await writeFile(file, bytes);
          assert.doesNotMatch(await said(`cat ${file} >&2`, false), /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        }),
        { numRuns: 20 },
      );
    });
  });

  it('keeps no more of its output than a credential can have', async () => {
    await assert.rejects(run('yes'), /login prints too much/);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
