import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { type TestAuthority, testAuthority } from '../../../helpers/certificates.ts';
import { type Body, type Client, patchType, withSandbox } from '../client.ts';
import { allReady, CONFIGMAPS, configMap, eviction, PODS, STATEFULSETS, statefulSet } from '../objects.ts';

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const MUTATING = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

interface Webhook {
  url: string;
  ca: string;
  /** Reviews that came, in order. */
  seen: Body[];
}

/** Runs a webhook that answers with what `decide` makes of each request; `undefined` never answers. */
async function withWebhook(
  decide: (request: Body) => object | undefined,
  test: (webhook: Webhook) => Promise<void>,
): Promise<void> {
  const authority: TestAuthority = await testAuthority();
  const seen: Body[] = [];
  const server: Server = createServer(authority.server, async (incoming, outgoing) => {
    const review = JSON.parse(Buffer.concat(await incoming.toArray()).toString());
    seen.push(review);
    const response = decide(review.request);
    if (response)
      outgoing.end(JSON.stringify({ ...review, response: { uid: review.request.uid, ...response } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await test({
      url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/x`,
      ca: authority.ca,
      seen,
    });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function register(
  client: Client,
  webhook: Webhook,
  rule: object,
  more: object = {},
  { path = CONFIGURATIONS, name = 'test' } = {},
): Promise<unknown> {
  return client.call('POST', path, {
    metadata: { name },
    webhooks: [
      {
        name: 'test.example.com',
        clientConfig: { url: webhook.url, caBundle: Buffer.from(webhook.ca).toString('base64') },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], ...rule }],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        ...more,
      },
    ],
  });
}

describe('validating webhooks', () => {
  it('see evictions and pass their own code on', () =>
    withWebhook(
      () => ({
        allowed: false,
        status: { code: 429, reason: 'TooManyRequests', message: 'zone-b is disrupted' },
      }),
      (webhook) =>
        withSandbox({}, async (client) => {
          await client.call('POST', STATEFULSETS, statefulSet('db', 1));
          await client.until(PODS, allReady(1));
          await register(client, webhook, { resources: ['pods/eviction'] });
          const answer = await client.call('POST', `${PODS}/db-0/eviction?dryRun=All`, eviction('db-0'));
          assert.equal(answer.code, 429);
          assert.equal(
            answer.body.message,
            'admission webhook "test.example.com" denied the request: zone-b is disrupted',
          );
          const { request } = webhook.seen[0];
          assert.deepEqual(request.kind, { group: 'policy', version: 'v1', kind: 'Eviction' });
          assert.deepEqual(request.resource, { group: '', version: 'v1', resource: 'pods' });
          assert.deepEqual(
            [request.subResource, request.operation, request.name, request.namespace, request.dryRun],
            ['eviction', 'CREATE', 'db-0', 'default', true],
          );
          assert.equal(request.userInfo.username, 'sandbox-admin');
        }),
    ));

  it('are asked before anybody looks whether the pod is there', () =>
    withWebhook(
      () => ({ allowed: false, status: { code: 417, message: 'a trial' } }),
      (webhook) =>
        withSandbox({}, async (client) => {
          await register(client, webhook, { resources: ['pods/eviction'] });
          const { code } = await client.call('POST', `${PODS}/nobody/eviction`, eviction('nobody'));
          assert.equal(code, 417);
        }),
    ));

  it('let pass with warnings', () =>
    withWebhook(
      () => ({ allowed: true, warnings: ['careful'] }),
      (webhook) =>
        withSandbox({ zones: [] }, async (client) => {
          await register(client, webhook, { resources: ['configmaps'] });
          const { code, headers } = await client.call('POST', CONFIGMAPS, configMap('a'));
          assert.deepEqual([code, headers.warning], [201, '299 - "careful"']);
        }),
    ));

  it('see changes and deletions with the old object', () =>
    withWebhook(
      ({ operation }) => ({ allowed: operation !== 'DELETE' }),
      (webhook) =>
        withSandbox({ zones: [] }, async (client) => {
          await client.call('POST', CONFIGMAPS, configMap('a'));
          await register(client, webhook, { resources: ['*'], operations: ['UPDATE', 'DELETE'] });
          await client.call('PATCH', `${CONFIGMAPS}/a`, { data: { x: '1' } }, patchType('merge'));
          const { code, body } = await client.call('DELETE', `${CONFIGMAPS}/a`);
          assert.deepEqual(
            [code, body.message],
            [400, 'admission webhook "test.example.com" denied the request without explanation'],
          );
          const [update, removal] = webhook.seen.map(({ request }) => request);
          assert.deepEqual([update.oldObject.data, update.object.data], [{}, { x: '1' }]);
          assert.deepEqual([removal.oldObject.data, removal.object], [{ x: '1' }, null]);
        }),
    ));

  it('fail closed or open, as their failurePolicy says', () =>
    withWebhook(
      () => undefined,
      (webhook) =>
        withSandbox({ zones: [] }, async (client) => {
          await register(client, webhook, { resources: ['configmaps'] }, { timeoutSeconds: 1 });
          const { code, body } = await client.call('POST', CONFIGMAPS, configMap('a'));
          assert.equal(code, 500);
          assert.match(
            body.message,
            /failed calling webhook "test.example.com": .*context deadline exceeded/,
          );
          const ignore = [{ op: 'add', path: '/webhooks/0/failurePolicy', value: 'Ignore' }];
          await client.call('PATCH', `${CONFIGURATIONS}/test`, ignore, patchType('json'));
          assert.equal((await client.call('POST', CONFIGMAPS, configMap('a'))).code, 201);
        }),
    ));

  it('are not trusted with a certificate of somebody else', () =>
    withWebhook(
      () => ({ allowed: true }),
      async (webhook) => {
        const other = await testAuthority();
        await withSandbox({ zones: [] }, async (client) => {
          await register(client, { ...webhook, ca: other.ca }, { resources: ['configmaps'] });
          assert.equal((await client.call('POST', CONFIGMAPS, configMap('a'))).code, 500);
        });
      },
    ));

  it('are asked only where their selectors match', () =>
    withWebhook(
      () => ({ allowed: false }),
      (webhook) =>
        withSandbox({ zones: [] }, async (client) => {
          const selectors = {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } },
            objectSelector: { matchLabels: { watched: 'yes' } },
          };
          await register(client, webhook, { resources: ['configmaps'] }, selectors);
          assert.equal((await client.call('POST', CONFIGMAPS, configMap('free'))).code, 201);
          assert.equal(
            (await client.call('POST', CONFIGMAPS, configMap('held', { watched: 'yes' }))).code,
            400,
          );
          const elsewhere = CONFIGMAPS.replace('default', 'kube-system');
          assert.equal(
            (await client.call('POST', elsewhere, configMap('held', { watched: 'yes' }))).code,
            201,
          );
        }),
    ));
});

describe('mutating webhooks', () => {
  const patch = (...operations: object[]) => ({
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
  });
  const as = (name: string) => ({ path: MUTATING, name });

  it('change what is stored, one after the other by name, and before those that validate', () =>
    withWebhook(
      ({ object: { data } }) => patch({ op: 'add', path: '/data/x', value: `${data.x ?? ''}+` }),
      (webhook) =>
        withWebhook(
          () => ({ allowed: true }),
          (judge) =>
            withSandbox({ zones: [] }, async (client) => {
              const rule = { resources: ['configmaps'], operations: ['*'] };
              await register(client, judge, rule);
              await register(client, webhook, rule, {}, as('one'));
              await register(client, webhook, rule, {}, as('two'));
              const { body } = await client.call('POST', CONFIGMAPS, configMap('a'));
              assert.deepEqual(body.data, { x: '++' });
              const changed = await client.call('PATCH', `${CONFIGMAPS}/a`, {}, patchType('merge'));
              assert.deepEqual(changed.body.data, { x: '++++' });
              assert.deepEqual(
                judge.seen.map(({ request }) => request.object.data.x),
                ['++', '++++'],
              );
            }),
        ),
    ));

  it('tie an eviction to a pod', () =>
    withWebhook(
      () =>
        patch({ op: 'add', path: '/deleteOptions', value: { preconditions: { uid: 'of-an-earlier-pod' } } }),
      (webhook) =>
        withSandbox({}, async (client) => {
          await client.call('POST', STATEFULSETS, statefulSet('db', 1));
          await client.until(PODS, allReady(1));
          await register(client, webhook, { resources: ['pods/eviction'] }, {}, as('test'));
          const { code, body } = await client.call('POST', `${PODS}/db-0/eviction`, eviction('db-0'));
          assert.equal(code, 409, JSON.stringify(body));
        }),
    ));

  it('refuse with their own code, and fail when their patch cannot be applied', () =>
    withWebhook(
      ({ name }) =>
        name === 'held'
          ? { allowed: false, status: { code: 429, message: 'later' } }
          : patch({ op: 'remove', path: '/data/missing' }),
      (webhook) =>
        withSandbox({ zones: [] }, async (client) => {
          await register(client, webhook, { resources: ['configmaps'] }, {}, as('test'));
          const held = await client.call('POST', CONFIGMAPS, configMap('held'));
          assert.deepEqual(
            [held.code, held.body.message],
            [429, 'admission webhook "test.example.com" denied the request: later'],
          );
          assert.equal((await client.call('POST', CONFIGMAPS, configMap('broken'))).code, 500);
        }),
    ));
});
