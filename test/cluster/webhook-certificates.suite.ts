import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { waitUntil } from '../helpers/processes.ts';
import { isDenied, whileAsking } from '../webhook/helpers/asking.ts';
import { isWhole, waitBudget, zoneBudget } from '../webhook/helpers/budgets.ts';
import { type Installation, installWebhook, SYSTEM_NAMESPACE } from '../webhook/helpers/installation.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace, statefulSet } from './fixtures.ts';

const NAMESPACE = 'certificates';
/** A new CA is announced after 30 s, signs after 38 s, and is the only one after 46 s; the old one ends after 45 s. */
const TIMES = ['--ca-lifetime=45s', '--certificate-lifetime=30s', '--certificate-settle-time=8s'];

/** CA and certificates are replaced on the run. */
export function webhookCertificatesSuite(factory: ClusterFactory): void {
  describe('webhook: certificates', () => {
    let cluster: TestCluster;
    let webhook: Installation;
    let bundles: Bundles;

    before(async () => {
      cluster = await factory();
      await cluster.apply(
        namespace(NAMESPACE),
        statefulSet({ name: 'steady', namespace: NAMESPACE, replicas: 3 }),
      );
      await cluster.waitReady('StatefulSet', 'steady', NAMESPACE);
      // A CA that is there already would last for years.
      const secret = ['secret', 'kubectl-zone-webhook-tls', '-n', SYSTEM_NAMESPACE, '--ignore-not-found'];
      await cluster.kubectl(['delete', ...secret]);
      webhook = await installWebhook(cluster, { flags: TIMES });
      bundles = watchBundles(cluster);
      await cluster.apply(zoneBudget({ name: 'steady', namespace: NAMESPACE, maxUnavailable: 0 }));
      await waitBudget(cluster, { namespace: NAMESPACE, name: 'steady' }, isWhole);
    });
    after(async () => {
      await bundles?.stop();
      await webhook?.stop();
      await cluster?.stop();
    });

    it('replaces its CA without a refused request, and never trusts less than is served', async () => {
      const served = () => Promise.all(webhook.replicas.map(({ port }) => issuerServed(port)));
      const before = await served();
      const at = { namespace: NAMESPACE, pod: 'steady-0' };
      const asked = await whileAsking(cluster, at, isDenied, () =>
        waitUntil('a bundle with the new CA alone', async () => bundles.seen().length >= 4, {
          processes: webhook.replicas.map(({ process }) => process),
          deadlineMs: 120_000,
        }),
      );
      assert.ok(asked > 0);
      const [first, announced, promoted, last] = bundles.seen();
      const [old = '', next = ''] = announced ?? [];
      assert.deepEqual([first, announced, promoted, last], [[old], [old, next], [next, old], [next]]);
      assert.deepEqual(before, [old, old]);
      assert.deepEqual(await served(), [next, next]);
      for (const { process } of webhook.replicas) assert.equal(process.ended(), undefined);
    });
  });
}

interface Bundles {
  /** Names of the CAs in each different caBundle, in the order of the API server. */
  seen(): readonly (readonly string[])[];
  stop(): Promise<void>;
}

function watchBundles(cluster: TestCluster): Bundles {
  const path = '{.webhooks[0].clientConfig.caBundle}{"\\n"}';
  const leaving = new AbortController();
  const seen: string[][] = [];
  const read = async () => {
    const args = ['get', 'validatingwebhookconfiguration', 'kubectl-zone', '-w', '-o', `jsonpath=${path}`];
    for await (const line of cluster.lines(args, leaving.signal)) {
      const names = namesIn(Buffer.from(line, 'base64').toString('utf8'));
      if (seen.at(-1)?.join() !== names.join()) seen.push(names);
    }
  };
  const reading = read();
  reading.catch(() => {});
  return {
    seen: () => seen,
    async stop() {
      leaving.abort();
      await reading.catch(() => {});
    },
  };
}

function namesIn(pem: string): string[] {
  return pem
    .split(/(?=-----BEGIN)/)
    .filter((text) => text.trim() !== '')
    .map((text) => new X509Certificate(text).subject);
}

/** The CA of the certificate that a replica serves. */
async function issuerServed(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerX509Certificate()?.issuer ?? '';
  } finally {
    socket.destroy();
  }
}
