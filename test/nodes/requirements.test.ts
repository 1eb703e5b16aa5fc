import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainMissing, findMissing, type Machine } from './requirements.ts';

/** A machine on which these programs are missing. */
function machineWithout(...programs: string[]): Machine {
  return {
    platform: 'linux',
    uid: 0,
    programDirs: ['/usr/bin'],
    isExecutable: async (path) => !programs.some((program) => path.endsWith(`/${program}`)),
  };
}

const explain = async (machine: Machine) => explainMissing(await findMissing(machine));

describe('requirements of real nodes', () => {
  it('are met by a machine that has everything', async () => {
    assert.equal(await explain(machineWithout()), undefined);
  });

  it('are told with the one line that installs what is missing, and no more', async () => {
    assert.equal(
      await explain(machineWithout('runc', 'ctr', 'host-local')),
      [
        'The tests on real nodes cannot run here.',
        'Missing: ctr, runc, the CNI plugin host-local. To install them:',
        'apt-get install --yes --no-install-recommends containerd containernetworking-plugins runc',
      ].join('\n'),
    );
  });

  it('include root and Linux, which no package brings', async () => {
    const elsewhere: Machine = { ...machineWithout(), platform: 'darwin', uid: 501 };
    assert.equal(
      await explain(elsewhere),
      [
        'The tests on real nodes cannot run here.',
        'Linux is required, and this is darwin.',
        'They must run as root: they create namespaces, mounts and containers.',
      ].join('\n'),
    );
  });
});
