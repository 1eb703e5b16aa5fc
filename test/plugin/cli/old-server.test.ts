import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refuseKnownOldServer, refuseOldServer } from '../../../plugin/cli/old-server.ts';
import { UserError } from '../../../shared/errors.ts';
import { apiError, fakeKube } from '../../helpers/fake-kube.ts';

const serving = (minor: number) => ({
  ...fakeKube(),
  request: async () => ({ gitVersion: `v1.${minor}.3`, minor: `${minor}` }),
});
const hiding = { ...fakeKube(), request: () => Promise.reject(apiError(403, 'Forbidden')) };

describe('an unsupported Kubernetes version', () => {
  it('is refused', async () => {
    for (const refuse of [refuseOldServer, refuseKnownOldServer]) {
      await refuse(serving(30));
      await assert.rejects(refuse(serving(29)), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /^Kubernetes v1\.29\.3 is too old/);
        return true;
      });
    }
  });

  it('is not assumed by read-only commands if the version may not be read', async () => {
    await refuseKnownOldServer(hiding);
    await assert.rejects(refuseOldServer(hiding), { code: 403 });
  });
});
