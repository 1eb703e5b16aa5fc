import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { load } from 'js-yaml';
import { readConfig } from '../../webhook/config.ts';
import { at, filesIn, MANIFESTS, objectIn } from './read.ts';

const container = async () =>
  at(await objectIn('webhook/deployment.yaml', 'Deployment'), 'spec', 'template', 'spec', 'containers', 0);

describe('manifests of the webhook', () => {
  it('lists every manifest in a kustomization', async () => {
    for (const folder of ['crds', 'webhook']) {
      const listed = at(
        load(await readFile(join(MANIFESTS, folder, 'kustomization.yaml'), 'utf8')),
        'resources',
      );
      const files = (await filesIn(folder)).filter(
        (name) => name.endsWith('.yaml') && name !== 'kustomization.yaml',
      );
      assert.deepEqual([...(listed as string[])].sort(), files);
    }
  });

  it('starts the webhook with flags that it understands, and the names of the other manifests', async () => {
    const args = at(await container(), 'args') as string[];
    const config = readConfig(args, { POD_NAMESPACE: 'kubectl-zone-system' }, 'test');
    const ports = at(await container(), 'ports');
    assert.deepEqual(
      [at(ports, 0, 'containerPort'), at(ports, 1, 'containerPort')],
      [config.port, config.metricsPort],
    );
    for (const [file, kind] of [
      ['webhook/validating-webhook-configuration.yaml', 'ValidatingWebhookConfiguration'],
      ['webhook/mutating-webhook-configuration.yaml', 'MutatingWebhookConfiguration'],
    ] as const) {
      const configuration = await objectIn(file, kind);
      assert.equal(configuration.metadata.name, config.webhookConfiguration);
      const service = at(configuration, 'webhooks', 0, 'clientConfig', 'service');
      assert.equal(at(service, 'name'), config.service);
      assert.equal(at(service, 'namespace'), config.namespace);
    }
    const role = JSON.stringify(await objectIn('webhook/role.yaml', 'Role'));
    assert.match(role, new RegExp(`"resourceNames":\\["${config.lease}"\\]`));
    assert.match(role, new RegExp(`"resourceNames":\\["${config.secret}"\\]`));
  });

  it('leaves the API server more time than the webhook takes, and the pod more than its shutdown', async () => {
    const { shutdownDelayMs } = readConfig(at(await container(), 'args') as string[], {}, 'test');
    const deployment = await objectIn('webhook/deployment.yaml', 'Deployment');
    const grace = Number(at(deployment, 'spec', 'template', 'spec', 'terminationGracePeriodSeconds'));
    const sleep = Number(at(await container(), 'lifecycle', 'preStop', 'sleep', 'seconds'));
    assert.ok(grace > sleep + shutdownDelayMs / 1000 + 5, `${grace} s are too few`);
  });

  it('keeps kube-system and its own namespace evictable', async () => {
    for (const [file, kind] of [
      ['webhook/validating-webhook-configuration.yaml', 'ValidatingWebhookConfiguration'],
      ['webhook/mutating-webhook-configuration.yaml', 'MutatingWebhookConfiguration'],
    ] as const) {
      const [requirement] = at(
        await objectIn(file, kind),
        'webhooks',
        0,
        'namespaceSelector',
        'matchExpressions',
      ) as unknown[];
      assert.deepEqual(requirement, {
        key: 'kubernetes.io/metadata.name',
        operator: 'NotIn',
        values: ['kube-system', 'kubectl-zone-system'],
      });
    }
  });

  it('grants no verb or resource wholesale', async () => {
    const rules = at(await objectIn('webhook/cluster-role.yaml', 'ClusterRole'), 'rules') as unknown[];
    for (const rule of rules) {
      const verbs = at(rule, 'verbs') as string[];
      const resources = at(rule, 'resources') as string[];
      assert.ok(!verbs.includes('*'));
      assert.ok(!resources.includes('*'));
      assert.ok(!resources.includes('secrets'), 'Secrets of other namespaces are none of its business');
      if (verbs.some((verb) => !['get', 'list', 'watch'].includes(verb))) {
        assert.match(
          resources.join(),
          /^(zonedisruptionbudgets\/status|events|mutatingwebhookconfigurations,validatingwebhookconfigurations)$/,
        );
      }
    }
  });
});

describe('Containerfile', () => {
  const lines = async () =>
    (await readFile(join(MANIFESTS, 'webhook', 'Containerfile'), 'utf8'))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));

  it('copies only what is there', async () => {
    const root = join(MANIFESTS, '..');
    const copied = (await lines()).flatMap((line) =>
      line.startsWith('COPY ') && !line.includes('--from') ? line.split(' ').slice(1, -1) : [],
    );
    assert.ok(copied.length > 4);
    for (const path of copied) await access(join(root, path));
  });

  it('copies from a stage that exists, and runs the webhook as the user of the Deployment', async () => {
    const all = await lines();
    assert.ok(all.some((line) => / AS build$/.test(line)));
    for (const line of all.filter((each) => each.includes('--from='))) assert.match(line, /--from=build /);
    assert.ok(all.includes('ENTRYPOINT ["node", "dist/webhook/index.js"]'));
    const deployment = await objectIn('webhook/deployment.yaml', 'Deployment');
    const user = at(deployment, 'spec', 'template', 'spec', 'securityContext', 'runAsUser');
    assert.ok(all.includes(`USER ${user}:${user}`));
  });

  it('builds on the Node that the package asks for', async () => {
    const all = await lines();
    const tags = all.flatMap(
      (line) => /^ARG (?:BUILD|NODE)_IMAGE=docker\.io\/library\/node:(\d+)/.exec(line)?.[1] ?? [],
    );
    assert.equal(tags.length, 2);
    const bases = all.flatMap((line) => /^FROM \$\{(\w+)\}/.exec(line)?.[1] ?? []);
    assert.deepEqual(bases, ['BUILD_IMAGE', 'NODE_IMAGE']);
    for (const tag of tags) assert.ok(Number(tag) >= 24);
  });
});
