import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A cgroup in one of the machine's hierarchies. Version 2 has one, version 1 one for each controller. */
export interface Cgroup {
  type: 'cgroup' | 'cgroup2';
  /** What its hierarchy is mounted with: its controllers. */
  options: string;
  /** Where its hierarchy is mounted. */
  mountPoint: string;
  path: string;
}

/**
 * The paths of a new cgroup in all hierarchies. In those of version 1 it lies below this process's, so that its limits
 * hold; in that of version 2, where a cgroup has either processes or cgroups below it, right below the root.
 *
 * @param mounts of the form of /proc/self/mounts
 * @param own of the form of /proc/self/cgroup
 */
export function newCgroups(name: string, mounts: string, own: string): Cgroup[] {
  const mounted = mounts.split('\n').flatMap((line) => {
    const [, mountPoint = '', type, options = ''] = line.split(' ');
    return type === 'cgroup' || type === 'cgroup2' ? [{ type, mountPoint, options: options.split(',') }] : [];
  });
  return own.split('\n').flatMap((line): Cgroup[] => {
    const [, controllers, ownPath] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || ownPath === undefined) return [];
    const type = controllers === '' ? 'cgroup2' : 'cgroup';
    const isItsMount = (options: readonly string[]) =>
      type === 'cgroup2' || controllers.split(',').every((controller) => options.includes(controller));
    // Mounts on the same place hide those before them.
    const found = mounted.findLast((each) => each.type === type && isItsMount(each.options));
    if (found === undefined) return [];
    const { mountPoint } = found;
    if (type === 'cgroup2') return [{ type, options: 'rw', mountPoint, path: join(mountPoint, name) }];
    const options = controllers.startsWith('name=') ? `none,${controllers}` : controllers;
    return [{ type, options, mountPoint, path: join(mountPoint, ownPath, name) }];
  });
}

/** Creates an empty cgroup of this name in all hierarchies. */
export async function createCgroups(name: string): Promise<Cgroup[]> {
  const [mounts, own] = await Promise.all(
    ['/proc/self/mounts', '/proc/self/cgroup'].map((path) => readFile(path, 'utf8')),
  );
  const cgroups = newCgroups(name, mounts ?? '', own ?? '');
  for (const { path, options } of cgroups) {
    await mkdir(path);
    if (options.split(',').includes('cpuset')) await allowParentsCpus(path);
  }
  return cgroups;
}

/** A line for each: type, options, mount point and path. */
export function describeCgroups(cgroups: readonly Cgroup[]): string {
  return cgroups
    .map(({ type, options, mountPoint, path }) => [type, options, mountPoint, path].join(' '))
    .join('\n');
}

/** A new cgroup of this controller may use no CPU, and no process can join it. */
async function allowParentsCpus(path: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    await writeFile(join(path, file), await readFile(join(dirname(path), file)));
  }
}
