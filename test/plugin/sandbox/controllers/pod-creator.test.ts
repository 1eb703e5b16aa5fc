import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { makeCertificates } from '../../../../plugin/sandbox/certificates.ts';
import { manualClock } from '../../../helpers/manual-clock.ts';
import { type Body, withSandbox } from '../client.ts';
import { DEPLOYMENTS, deployment, PODS, STATEFULSETS, statefulSet } from '../objects.ts';

/** A webhook that labels new pods, or refuses as many as it is told to. */
async function labelling(refusals = 0) {
  const { ca, cert, key } = await makeCertificates();
  const asked: string[] = [];
  const server = createServer({ cert, key }, async (incoming, outgoing) => {
    const { request } = (await json(incoming)) as Body;
    asked.push(request.object.metadata.name || request.object.metadata.generateName);
    const patch = [{ op: 'add', path: '/metadata/labels/seen', value: 'yes' }];
    const allowed = asked.length > refusals;
    const response = {
      uid: request.uid,
      allowed,
      ...(allowed && {
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
      }),
    };
    outgoing.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'labels' },
    webhooks: [
      {
        name: 'labels.example.com',
        clientConfig: { url, caBundle: Buffer.from(ca).toString('base64') },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
    ],
  };
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { asked, configuration, close };
}

const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const labelled = (count: number) => (pods: Body[]) =>
  pods.length === count && pods.every(({ metadata }) => metadata.labels.seen === 'yes');

describe('pods that controllers create', () => {
  it('pass the webhooks, each once', async () => {
    const webhook = await labelling();
    try {
      await withSandbox({}, async (client) => {
        await client.call('POST', WEBHOOKS, webhook.configuration);
        await client.call('POST', STATEFULSETS, statefulSet('set', 3));
        await client.until(PODS, labelled(3));
        await client.call('POST', DEPLOYMENTS, deployment('web', 4));
        await client.until(PODS, labelled(7));
        await client.until(PODS, (pods) => pods.every(({ status }) => status.phase === 'Running'));
        const { body } = await client.call('GET', PODS);
        assert.equal(body.items.length, 7);
        assert.deepEqual(webhook.asked.filter((name) => name.startsWith('set')).sort(), [
          'set-0',
          'set-1',
          'set-2',
        ]);
        assert.equal(webhook.asked.length, 7);
      });
    } finally {
      webhook.close();
    }
  });

  it('are tried again when a webhook refuses them', async () => {
    const webhook = await labelling(1);
    const clock = manualClock();
    try {
      await withSandbox({ clock }, async (client) => {
        await client.call('POST', WEBHOOKS, webhook.configuration);
        await client.call('POST', DEPLOYMENTS, deployment('web', 1));
        await clock.scheduled((delayMs) => delayMs === 1000);
        const { body } = await client.call('GET', PODS);
        assert.deepEqual(body.items, []);
        clock.advance(1000);
        await client.until(PODS, labelled(1));
      });
    } finally {
      webhook.close();
    }
  });
});
