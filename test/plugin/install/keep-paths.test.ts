import assert from 'node:assert/strict';
import { it } from 'node:test';
import { keepPaths } from '../../../plugin/install/apply/keep-paths.ts';
import type { Manifest } from '../../../plugin/install/manifests/manifest.ts';

const configuration = (...clientConfigs: object[]): Manifest => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'kubectl-zone' },
  webhooks: clientConfigs.map((clientConfig, index) => ({
    name: `w${index}`,
    clientConfig,
    timeoutSeconds: 5,
  })),
});
const service = (path?: string) => ({ service: { name: 'webhook', ...(path && { path }) } });

it('an installation keeps only the token at the end of a path', () => {
  const shipped = configuration(service('/evict'));
  for (const [live, path] of [
    [undefined, '/evict'],
    [configuration(service('/evict')), '/evict'],
    [configuration(service('/evict/0123')), '/evict/0123'],
    [configuration({ url: 'https://127.0.0.1:8443/evict/0123' }), '/evict/0123'],
    [configuration(service('/other/0123')), '/evict'],
    [configuration(service()), '/evict'],
    [configuration({ url: 'nonsense' }), '/evict'],
  ] as const) {
    assert.deepEqual(keepPaths(shipped, live), configuration(service(path)));
  }
});

it('an installation does not change objects of other kinds', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } };
  assert.equal(keepPaths(namespace, namespace), namespace);
});
