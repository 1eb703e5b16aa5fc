import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readServerVersion, refuseOldServer, tooOld } from '../../../plugin/install/apply/server-version.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';

const v = (minor: number) => ({ text: `v1.${minor}.0`, minor });

describe('the version of the API server', () => {
  it('is read also where a provider decorates it', async () => {
    const kube = { ...fakeKube(), request: async () => ({ gitVersion: 'v1.31.4-eks-1', minor: '31+' }) };
    assert.deepEqual(await readServerVersion(kube), { text: 'v1.31.4-eks-1', minor: 31 });
  });

  it('must have what the manifests use', () => {
    assert.equal(tooOld(v(30), true), undefined);
    assert.match(tooOld(v(29), true) ?? '', /v1\.29\.0 is too old: the webhook's pods sleep.*1\.30/);
    assert.equal(tooOld(v(25), false), undefined);
    assert.match(tooOld(v(24), false) ?? '', /the CRDs' rules need 1\.25/);
  });

  it('is refused with what can be done all the same', () => {
    const fixOf = (minor: number) => {
      try {
        refuseOldServer(v(minor), true);
      } catch (error) {
        return (error as { fix?: string }).fix;
      }
      return undefined;
    };
    assert.equal(fixOf(30), undefined);
    assert.match(fixOf(29) ?? '', /--without-webhook/);
    assert.equal(fixOf(20), 'upgrade the cluster first');
  });
});
