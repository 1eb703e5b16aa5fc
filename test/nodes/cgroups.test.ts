import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newCgroups } from './cgroups.ts';

describe('cgroups for real nodes', () => {
  it('lie below the own one in each hierarchy of version 1', () => {
    const mounts = [
      'tmpfs /sys/fs/cgroup tmpfs rw,mode=755 0 0',
      'cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0',
      'cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0',
      'cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,xattr,name=systemd 0 0',
    ].join('\n');
    const own = ['4:memory:/job/1', '3:cpu,cpuacct:/', '2:pids:/', '1:name=systemd:/', ''].join('\n');
    const type = 'cgroup';
    assert.deepEqual(newCgroups('x', mounts, own), [
      { type, options: 'memory', mountPoint: '/sys/fs/cgroup/memory', path: '/sys/fs/cgroup/memory/job/1/x' },
      {
        type,
        options: 'cpu,cpuacct',
        mountPoint: '/sys/fs/cgroup/cpu,cpuacct',
        path: '/sys/fs/cgroup/cpu,cpuacct/x',
      },
      {
        type,
        options: 'none,name=systemd',
        mountPoint: '/sys/fs/cgroup/systemd',
        path: '/sys/fs/cgroup/systemd/x',
      },
    ]);
  });

  it('lie below the root of version 2, and are one cgroup', () => {
    const mounts = 'cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev 0 0\n';
    assert.deepEqual(newCgroups('x', mounts, '0::/user.slice/session-1.scope\n'), [
      { type: 'cgroup2', options: 'rw', mountPoint: '/sys/fs/cgroup', path: '/sys/fs/cgroup/x' },
    ]);
  });
});
