import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readServerVersion, tooOld } from '../../../shared/kube/server-version.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';

const v = (minor: number) => ({ text: `v1.${minor}.0`, minor });

describe('the version of the API server', () => {
  it('is read also where a provider decorates it', async () => {
    const kube = { ...fakeKube(), request: async () => ({ gitVersion: 'v1.31.4-eks-1', minor: '31+' }) };
    assert.deepEqual(await readServerVersion(kube), { text: 'v1.31.4-eks-1', minor: 31 });
  });

  it('must be one that the tests run on', () => {
    assert.equal(tooOld(v(30)), undefined);
    assert.equal(tooOld(v(29)), 'Kubernetes v1.29.0 is too old: kubectl-zone needs 1.30 or newer');
  });
});
