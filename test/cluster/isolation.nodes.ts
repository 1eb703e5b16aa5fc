import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { waitUntil } from '../helpers/processes.ts';
import { PREFIX } from '../nodes/namespaces.ts';
import { GATEWAY } from '../nodes/network.ts';

const HOLD = join(import.meta.dirname, '..', 'nodes', 'hold.ts');
const DEADLINE_MS = 60_000;

/** A cluster that another process holds. */
interface Held {
  process: ChildProcess;
  /** What it says when it is ready. */
  ready: string;
}

async function hold(name: string): Promise<Held> {
  const process_ = spawn(process.execPath, [HOLD, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: process_.stdout })) {
    if (line.startsWith('ready')) return { process: process_, ready: line };
  }
  throw new Error(`${name}: ended before it was ready`);
}

/** The processes that a process has started, and those that these have started, nearest first. */
function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const pids = children === '' ? [] : children.split(' ').map(Number);
  return [...pids, ...pids.flatMap(descendants)];
}

/** What this machine has that a cluster could have left. */
function traces() {
  return {
    links: readdirSync('/sys/class/net'),
    mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n').length,
    cgroups: globSync(`/sys/fs/cgroup/**/${PREFIX}*`).length,
    files: globSync(join(tmpdir(), `${PREFIX}*`)).length,
  };
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('two clusters of real nodes at once', () => {
  it('do not meet, and leave nothing when they are killed', async () => {
    const before = traces();
    const [one, two] = await Promise.all([hold('one'), hold('two')]);
    assert.equal(one.ready, `ready https://${GATEWAY} statefulset.apps/one`);
    assert.equal(two.ready, `ready https://${GATEWAY} statefulset.apps/two`);
    assert.equal(traces().cgroups > before.cgroups, true);

    const ofOne = descendants(one.process.pid ?? 0);
    const ofTwo = descendants(two.process.pid ?? 0);
    // The process that has created the namespaces, as when its terminal is killed.
    one.process.kill('SIGKILL');
    // The process that has started the cluster. Around it are unshare and a shell, and beside them what cleans up.
    const holder = ofTwo.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith('\0inside\0'));
    const [inner] = descendants(holder ?? 0).filter((pid) => commandOf(pid).startsWith(process.execPath));
    assert.ok(inner);
    process.kill(inner, 'SIGKILL');

    const nothingLeft = async () => {
      const now = traces();
      return ![...ofOne, ...ofTwo].some(isAlive) && JSON.stringify(now) === JSON.stringify(before);
    };
    await waitUntil('nothing is left', nothingLeft, { processes: [], deadlineMs: DEADLINE_MS });
  });
});

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
}
