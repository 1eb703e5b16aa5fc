import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { readManifests } from '../../../plugin/check/read-manifests.ts';
import { UserError } from '../../../shared/errors.ts';

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', creationTimestamp: null },
  spec: {
    replicas: null,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' }, annotations: null },
      spec: { containers: [{ name: 'main', readinessProbe: null }] },
    },
  },
};

const fromStdin = (...documents: unknown[]) =>
  readManifests(['-'], 'shop', {
    stdin: Readable.from([
      documents.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join('\n---\n'),
    ]),
  });

async function complaint(...documents: unknown[]): Promise<string> {
  const error = await fromStdin(...documents).catch((reason: unknown) => reason);
  assert.ok(error instanceof UserError, String(error));
  return error.message;
}

describe('manifests', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'check-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('are documents, lists and several files, in their namespace or the default', async () => {
    const file = join(folder, 'web.yaml');
    await writeFile(
      file,
      `---\n${JSON.stringify({ ...DEPLOYMENT, metadata: { name: 'one', namespace: 'own' } })}\n---\n`,
    );
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [DEPLOYMENT, { apiVersion: 'v1', kind: 'ConfigMap' }],
    };
    const { workloads } = await readManifests([file, '-'], 'shop', {
      stdin: Readable.from([JSON.stringify(list)]),
    });
    assert.deepEqual(
      workloads.map(({ namespace, name }) => `${namespace}/${name}`),
      ['own/one', 'shop/web'],
    );
  });

  it('count once if they are duplicates, the later one', async () => {
    const { workloads } = await fromStdin(DEPLOYMENT, {
      ...DEPLOYMENT,
      spec: { ...DEPLOYMENT.spec, replicas: 7 },
    });
    assert.deepEqual(
      workloads.map(({ replicas }) => replicas),
      [7],
    );
  });

  it('contain neither pods nor nodes, and possibly no namespace', async () => {
    const { gaps } = await fromStdin(DEPLOYMENT);
    assert.deepEqual(
      gaps.filter(({ expected }) => expected).map(({ topic }) => topic),
      [
        'pods',
        'nodes',
        'persistentvolumeclaims',
        'persistentvolumes',
        'validatingwebhookconfigurations',
        'webhook-deployment',
      ],
    );
    assert.deepEqual(
      gaps.filter(({ expected }) => !expected).map(({ reason }) => reason),
      ['the manifests have no Namespace shop'],
    );
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
    const whole = await fromStdin(DEPLOYMENT, namespace);
    assert.deepEqual(
      whole.gaps.filter(({ expected }) => !expected),
      [],
    );
  });

  it('do not count another webhook as ours', async () => {
    const other = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'other' },
    };
    const { gaps } = await fromStdin(DEPLOYMENT, other);
    assert.ok(gaps.some(({ topic }) => topic === 'validatingwebhookconfigurations'));
  });

  it('are refused with their name and the problem', async () => {
    assert.match(await complaint('a: [b'), /^stdin is not valid YAML: /);
    assert.match(await complaint('just words'), /^stdin contains a document that is not a Kubernetes object/);
    const broken = { ...DEPLOYMENT, spec: { ...DEPLOYMENT.spec, replicas: 'three' } };
    assert.match(await complaint(broken), /^stdin: Deployment "web" cannot be read: spec\.replicas: /);
    const absent = join(folder, 'absent.yaml');
    await assert.rejects(
      readManifests([absent], 'shop', { stdin: Readable.from([]) }),
      (error: Error) => error instanceof UserError && error.message.startsWith(`cannot read ${absent}: `),
    );
  });
});
