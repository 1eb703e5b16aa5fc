import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { type KeyPair, type TestAuthority, testAuthority } from '../helpers/certificates.ts';
import { isWhole, waitBudget, zoneBudget } from '../webhook/helpers/budgets.ts';
import { type Installation, installWebhook } from '../webhook/helpers/installation.ts';
import type { TestCluster } from './cluster.ts';
import { clusterOf } from './control-plane-cluster.ts';
import { namespace, statefulSet } from './fixtures.ts';
import { evict } from './observe.ts';

const NAMESPACE = 'clients';

/** A webhook that answers nobody but an API server with a client certificate (`--client-ca-file`). */
export function webhookClientsSuite(): void {
  describe('webhook: client certificates', () => {
    let authority: TestAuthority;
    let dir: string;
    let cluster: TestCluster;
    let webhook: Installation;

    before(async () => {
      authority = await testAuthority();
      dir = await mkdtemp(join(tmpdir(), 'webhook-clients-'));
      await writeFile(join(dir, 'ca.crt'), authority.ca);
      cluster = await clusterOf(
        await startControlPlane({ webhookClient: await authority.client('apiserver') }),
      );
      await cluster.apply(namespace(NAMESPACE));
      const flags = [`--client-ca-file=${join(dir, 'ca.crt')}`, '--client-names=apiserver'];
      webhook = await installWebhook(cluster, { replicas: 1, flags });
      await cluster.apply(
        statefulSet({ name: 'store', namespace: NAMESPACE, replicas: 6, simulation: { flush: '60s' } }),
      );
      await cluster.waitReady('StatefulSet', 'store', NAMESPACE);
      await cluster.apply(zoneBudget({ name: 'store', namespace: NAMESPACE, maxUnavailable: 1 }));
      await waitBudget(
        cluster,
        { namespace: NAMESPACE, name: 'store' },
        (budget) => isWhole(budget) && budget.status?.expectedReplicas === 6,
      );
    });
    after(async () => {
      await webhook?.stop();
      await cluster?.stop();
      await rm(dir, { recursive: true, force: true });
    });

    it('answers the API server, without a token in the path', async () => {
      const path = '{.webhooks[0].clientConfig.url}';
      for (const kind of ['validating', 'mutating']) {
        const { stdout } = await cluster.kubectl([
          'get',
          `${kind}webhookconfiguration`,
          'kubectl-zone',
          '-o',
          `jsonpath=${path}`,
        ]);
        assert.match(stdout, /\/(evict|bind)$/);
      }
      const admitted = await evict(cluster, { namespace: NAMESPACE, pod: 'store-0' });
      assert.equal(admitted.code, 0, admitted.stderr);
      const denied = await evict(cluster, { namespace: NAMESPACE, pod: 'store-1' });
      assert.match(
        denied.stderr,
        /\(TooManyRequests\).*store-1 of zone-. cannot be evicted: zone-. has (?:store-0|1 of 2)/,
      );
    });

    it('closes every other connection: no certificate, another name, another CA', async () => {
      const port = webhook.replicas[0]?.port ?? 0;
      const strangers = await testAuthority();
      assert.notEqual(await answerTo(port, await authority.client('apiserver')), undefined);
      for (const pair of [
        undefined,
        await authority.client('somebody'),
        await strangers.client('apiserver'),
      ]) {
        assert.equal(await answerTo(port, pair), undefined);
      }
    });
  });
}

/** The HTTP status that a caller receives; undefined if the connection is closed instead. */
function answerTo(port: number, pair: KeyPair | undefined): Promise<number | undefined> {
  const options = { host: '127.0.0.1', port, path: '/evict', method: 'POST', agent: false, ...pair };
  return new Promise((resolve) => {
    const asked = request({ ...options, rejectUnauthorized: false });
    asked.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on('error', () => resolve(undefined));
    asked.end('{}');
  });
}
