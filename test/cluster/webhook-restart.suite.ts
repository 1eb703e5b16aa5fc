import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { waitUntil } from '../helpers/processes.ts';
import { isDenied } from '../webhook/helpers/asking.ts';
import { isWhole, waitBudget, zoneBudget } from '../webhook/helpers/budgets.ts';
import { connectTo, evictPod } from '../webhook/helpers/evictions.ts';
import { type Installation, installWebhook } from '../webhook/helpers/installation.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace, statefulSet } from './fixtures.ts';

const NAMESPACE = 'restarts';
const DOWN_MS = 2_000;

/** The API server goes away and comes back while the webhook runs. */
export function webhookRestartSuite(factory: ClusterFactory): void {
  describe('webhook: restarts of the API server', { concurrency: 1 }, () => {
    let cluster: TestCluster;
    let webhook: Installation;
    const at = { namespace: NAMESPACE, name: 'steady' };

    before(async () => {
      cluster = await factory();
      webhook = await installWebhook(cluster);
      await cluster.apply(
        namespace(NAMESPACE),
        statefulSet({ ...at, replicas: 6 }),
        zoneBudget({ ...at, maxUnavailable: 0 }),
      );
      await cluster.waitReady('StatefulSet', at.name, NAMESPACE);
      await waitBudget(cluster, at, isWhole);
    });
    after(async () => {
      await webhook?.stop();
      await cluster?.stop();
    });

    it('decides and counts again by itself', async (t) => {
      const kube = await connectTo(cluster.kubeconfigPath);
      t.after(() => kube.close());
      await cluster.restartApiServer(DOWN_MS);
      const answered = async () => {
        const answer = await evictPod(kube, NAMESPACE, 'steady-0');
        // Whatever is said while it comes back, nothing is admitted.
        assert.notEqual(answer.code, 201);
        return answer.code === 429;
      };
      const processes = webhook.replicas.map(({ process }) => process);
      await waitUntil('an answer', answered, { processes, deadlineMs: 60_000 });
      for (const { port } of webhook.replicas) {
        webhook.front.setPorts([port]);
        webhook.front.cut();
        await waitUntil(
          'an answer of each replica',
          async () => {
            const answer = await evictPod(kube, NAMESPACE, 'steady-0');
            if (answer.code !== 429) return false;
            isDenied(answer);
            return true;
          },
          { processes, deadlineMs: 30_000 },
        );
      }
      webhook.front.setPorts(webhook.replicas.map(({ port }) => port));

      await cluster.apply(statefulSet({ ...at, replicas: 9 }), zoneBudget({ ...at, maxUnavailable: 2 }));
      await waitBudget(cluster, at, (budget) => isWhole(budget) && budget.status?.expectedReplicas === 9);
      assert.equal((await evictPod(kube, NAMESPACE, 'steady-0')).code, 201);
      await waitBudget(cluster, at, isWhole);
      const ended = webhook.replicas.map(({ process }) => process.ended());
      assert.deepEqual(ended, [undefined, undefined]);
      for (const replica of webhook.replicas) assert.ok(await replica.isReady());
    });
  });
}
