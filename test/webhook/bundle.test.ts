import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sandboxCluster } from '../cluster/sandbox-cluster.ts';
import { installWebhook } from './helpers/installation.ts';
import { shippedProgram } from './helpers/shipped.ts';

describe('the bundled webhook', () => {
  it('becomes ready with the flags of the Deployment, and ends when it is told to', async (t) => {
    const cluster = await sandboxCluster();
    t.after(() => cluster.stop());
    const webhook = await installWebhook(cluster, { ...(await shippedProgram()), replicas: 1 });
    t.after(() => webhook.stop());
    const [replica] = webhook.replicas;
    assert.ok(replica);
    await replica.terminate();
    assert.equal(replica.process.ended(), 'exit code 0', await replica.log());
  });
});
