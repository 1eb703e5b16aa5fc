import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { it } from 'node:test';

/** A test process in small: starts something, tells its pid, and goes on for ever. */
const PARENT = `
import { spawn } from 'node:child_process';
import { startWatchdog } from '${new URL('watchdog.ts', import.meta.url)}';
const watchdog = startWatchdog();
const guarded = spawn('sleep', ['600'], { stdio: ['ignore', 'inherit', 'ignore'] });
const released = spawn('true');
released.once('exit', () => {
  watchdog.guard(guarded.pid);
  watchdog.guard(released.pid);
  watchdog.release(released.pid);
  process.stdout.write('started\\n');
});
`;

it('kills the processes of a test that was killed', { timeout: 60_000 }, async () => {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: parent.stdout });
  const [line] = await once(lines, 'line');
  assert.equal(line, 'started');

  // The guarded process holds the other end of this pipe: it closes when that process is gone too.
  const allGone = Promise.all([once(parent.stdout, 'close'), once(parent, 'exit')]);
  parent.kill('SIGKILL');
  const [, [, signal]] = await allGone;
  assert.equal(signal, 'SIGKILL');
});
