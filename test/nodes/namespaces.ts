import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createCgroups, describeCgroups } from './cgroups.ts';

/** The environment variable with the folder for the files of a cluster; it exists only in the namespaces. */
const DIR_VARIABLE = 'KUBECTL_ZONE_NODES_DIR';

/** Short: paths of sockets may have no more than 107 characters. */
export const PREFIX = 'zone-nodes-';

/** A place for one cluster, in namespaces that nobody else is in. */
export interface Place {
  /** A tmpfs that no other process on the machine sees. */
  dir: string;
}

/**
 * The place that this process is in.
 *
 * @throws Error when it is not in namespaces of its own
 */
export function thisPlace(env: NodeJS.ProcessEnv = process.env): Place {
  const dir = env[DIR_VARIABLE];
  if (!dir)
    throw new Error(
      'real nodes run in namespaces of their own: npm run test:nodes, or node test/nodes/run.ts FILE',
    );
  return { dir };
}

/** Shows the cgroups as if there were no others, and runs the program. */
const SECOND_PART = `
set -e
cgroups=$1; shift
echo "$cgroups" | while read -r type options at _; do
  # The kernel refuses the same file system on top of itself.
  umount "$at"
  mount -t "$type" -o "$options" cgroup "$at"
  # Containers get cgroups beside this one: where there are some below, there may be no process.
  if [ "$type" = cgroup2 ]; then mkdir "$at/programs"; echo $$ > "$at/programs/cgroup.procs"; fi
done
set +e
"$@"
exit $?
`;

/**
 * Prepares the namespaces, and stays as their first process, which collects orphans and whose end ends all others. The
 * cgroup namespace comes last, because its root is where the process is.
 */
const FIRST_PROCESS = `
set -e
dir=$1 cgroups=$2; shift 2
ip link set lo up
mount -t tmpfs -o size=75%,mode=755 nodes "$dir"
mkdir -m 1777 "$dir/tmp"
echo "$cgroups" | while read -r _ _ _ path; do echo $$ > "$path/cgroup.procs"; done
exec unshare --cgroup /bin/sh -c '${SECOND_PART}' first "$cgroups" "$@"
`;

/**
 * Removes what the kernel keeps: the empty cgroups of the containers and the empty folder. It is outside of the
 * namespaces, and its input ends when the process that started it ends, however it does.
 */
const SWEEPER = `
while read -r _; do :; done
tries=0
while [ $tries -lt 300 ]; do
  find /sys/fs/cgroup -depth -type d -path "*/$(basename "$1")*" -exec rmdir {} + 2>/dev/null
  rmdir "$1" 2>/dev/null
  if [ ! -e "$1" ] && [ -z "$(find /sys/fs/cgroup -maxdepth 2 -name "$(basename "$1")")" ]; then exit 0; fi
  tries=$((tries + 1))
  sleep 0.1
done
exit 1
`;

/** A program that runs in namespaces of its own. */
export interface Isolated {
  /** Kill it with SIGKILL: the program, and all that it started, is gone at once. */
  readonly process: ChildProcess;
  /** Resolves with the exit code when the program has ended and nothing of it is left. */
  readonly end: Promise<number>;
}

/**
 * Runs a program in network, mount, process, cgroup, IPC and host name namespaces of its own, with a loopback interface
 * and a tmpfs for all its temporary files. Nothing that it does to the network, to mounts or to files in the tmpfs is
 * visible outside, and nothing remains, also after a SIGKILL of this process: the kernel then kills the program and all
 * that it started.
 */
export async function runIsolated(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; stdio?: 'inherit' | 'pipe' } = {},
): Promise<Isolated> {
  const dir = await mkdtemp(join(tmpdir(), PREFIX));
  const cgroups = await createCgroups(basename(dir));
  const sweeper = spawn('/bin/sh', ['-c', SWEEPER, 'sweeper', dir], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  const swept = once(sweeper, 'exit');
  const namespaces = [
    '--net',
    '--mount',
    '--pid',
    '--ipc',
    '--uts',
    '--mount-proc',
    '--propagation',
    'private',
  ];
  const child = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', '--', 'unshare', ...namespaces, '--fork', '--kill-child', '--'],
      ...['/bin/sh', '-c', FIRST_PROCESS, 'first', dir, describeCgroups(cgroups), command, ...args],
    ],
    {
      env: { ...(options.env ?? process.env), [DIR_VARIABLE]: dir, TMPDIR: join(dir, 'tmp') },
      stdio: options.stdio ?? 'inherit',
    },
  );
  const end = async () => {
    const [code] = await once(child, 'close');
    sweeper.stdin?.end();
    const [left] = await swept;
    if (left !== 0) throw new Error(`not all of ${dir} and its cgroups could be removed`);
    return typeof code === 'number' ? code : 1;
  };
  return { process: child, end: end() };
}
