import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type Sandbox, startSandbox } from '../../../plugin/sandbox/sandbox.ts';
import { type KubectlTarget, kubectlLines, kubectlPath, runKubectl } from '../../helpers/kubectl.ts';
import { type Client, connectTo } from './client.ts';
import { allReady, budget, deployment, PODS, STATEFULSETS, statefulSet, template } from './objects.ts';

describe('kubectl', () => {
  let folder: string;
  let sandbox: Sandbox;
  let client: Client;
  let target: KubectlTarget;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-kubectl-'));
    sandbox = await startSandbox();
    client = connectTo(sandbox);
    target = {
      kubectlPath: await kubectlPath(),
      kubeconfigPath: join(folder, 'config'),
      cacheDir: join(folder, 'cache'),
    };
    await writeFile(target.kubeconfigPath, sandbox.kubeconfig);
  });
  after(async () => {
    client.close();
    await sandbox.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    await client.call('POST', STATEFULSETS, statefulSet('db', 3));
    await client.until(PODS, (pods) => allReady(3)(pods.filter((pod) => pod.metadata.labels.app === 'db')));
  });

  async function kubectl(...args: string[]): Promise<string> {
    const { stdout, stderr, code } = await runKubectl(target, args);
    assert.equal(code, 0, `kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  async function apply(object: object, ...args: string[]): Promise<string> {
    const { stdout, stderr, code } = await runKubectl(
      target,
      ['apply', '-f', '-', ...args],
      JSON.stringify(object),
    );
    assert.equal(code, 0, stderr);
    return stdout;
  }

  it('gets tables, wide, everywhere, by label and by field', async () => {
    assert.match(
      await kubectl('get', 'nodes'),
      /^NAME +STATUS +ROLES +AGE +VERSION\nzone-a-node-1 +Ready +<none>/,
    );
    assert.match(
      await kubectl('get', 'pods', '-o', 'wide'),
      /db-0 +1\/1 +Running +0 +\S+ +10\.\S+ +zone-a-node-1/,
    );
    assert.match(await kubectl('get', 'sts,pods', '-A'), /statefulset\.apps\/db +3\/3/);
    assert.equal(
      await kubectl('get', 'pods', '-l', 'apps.kubernetes.io/pod-index in (1)', '-o', 'name'),
      'pod/db-1\n',
    );
    const fields = 'status.phase=Running,metadata.name=db-2,spec.nodeName=zone-c-node-1';
    assert.equal(await kubectl('get', 'pods', '--field-selector', fields, '-o', 'name'), 'pod/db-2\n');
    assert.equal(JSON.parse(await kubectl('get', 'sts', 'db', '-o', 'json')).kind, 'StatefulSet');
    assert.match(await kubectl('get', 'sts', 'db', '-o', 'yaml'), /^apiVersion: apps\/v1\nkind: StatefulSet/);
    assert.match(
      await kubectl('get', 'po,rs,deploy,pdb,leases,events,controllerrevisions,ns', '-A'),
      /controllerrevision/,
    );
  });

  it('watches tables', async () => {
    const stop = new AbortController();
    for await (const line of kubectlLines(target, ['get', 'pods', '-w'], stop.signal)) {
      if (line.startsWith('db-2')) await kubectl('label', 'pod', 'db-0', 'seen=yes', '--overwrite');
      if (line.startsWith('db-0') && (await kubectl('get', 'pod', 'db-0', '-L', 'seen')).includes('yes'))
        break;
    }
  });

  it('describes pods, sets and nodes', async () => {
    assert.match(await kubectl('describe', 'pod', 'db-0'), /Controlled By: +StatefulSet\/db[\s\S]*Scheduled/);
    assert.match(await kubectl('describe', 'sts', 'db'), /Pods Status: +3 Running/);
    assert.match(await kubectl('describe', 'node', 'zone-a-node-1'), /default +db-0/);
  });

  it('labels, annotates and patches', async () => {
    assert.match(await kubectl('label', 'pod', 'db-0', 'tier=1', '--overwrite'), /labeled/);
    assert.match(await kubectl('annotate', 'pod', 'db-0', 'note=x', '--overwrite'), /annotated/);
    for (const [type, patch] of [
      ['merge', '{"spec":{"minReadySeconds":1}}'],
      ['strategic', '{"spec":{"minReadySeconds":2}}'],
      ['json', '[{"op":"replace","path":"/spec/minReadySeconds","value":0}]'],
    ] as const)
      assert.match(await kubectl('patch', 'sts', 'db', '--type', type, '-p', patch), /patched/);
  });

  it('applies on the client and on the server', async () => {
    const first = deployment('applied', 1);
    assert.match(await apply(first), /deployment\.apps\/applied created/);
    assert.match(await apply(first), /unchanged/);
    const changed = deployment('applied', 2, { template: template({ app: 'applied' }, 'app:2') });
    assert.match(await apply(changed), /configured/);
    assert.equal(await kubectl('get', 'deploy', 'applied', '-o', 'jsonpath={.spec.replicas}'), '2');
    assert.match(await apply(changed, '--server-side', '--force-conflicts'), /serverside-applied/);
    assert.match(await kubectl('rollout', 'status', 'deploy/applied'), /successfully rolled out/);
    await kubectl('delete', 'deploy', 'applied');
  });

  it('sets an image, shows the history and undoes it', async () => {
    await kubectl('set', 'image', 'sts/db', 'app=app:7');
    await client.until(STATEFULSETS, ([set]) => set.status.observedGeneration === set.metadata.generation);
    assert.match(await kubectl('rollout', 'history', 'sts/db'), /\n2 /);
    await kubectl('rollout', 'undo', 'sts/db');
    assert.equal(
      await kubectl('get', 'sts', 'db', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'),
      'app:1',
    );
  });

  it('deletes and waits until the pod is gone', async () => {
    // kubectl misses the deletion of a pod that is replaced before it has begun to watch, so this one takes its time.
    const slowEnd = template({ app: 'slow' }, 'app:1', { 'sim.kubectl-zone.dev/flush': '2s' });
    await apply(statefulSet('slow', 1, { template: slowEnd }));
    await client.until(`${PODS}?labelSelector=app%3Dslow`, allReady(1));
    const uid = await kubectl('get', 'pod', 'slow-0', '-o', 'jsonpath={.metadata.uid}');
    await kubectl('delete', 'pod', 'slow-0', '--grace-period=5', '--wait');
    const { stdout } = await runKubectl(target, ['get', 'pod', 'slow-0', '-o', 'jsonpath={.metadata.uid}']);
    assert.notEqual(stdout, uid);
    await kubectl('delete', 'sts', 'slow', '--cascade=foreground');
  });

  it('drains through evictions, held up by budgets, and uncordons', async () => {
    await apply(budget('hold', 'db', { maxUnavailable: 0 }));
    const node = 'zone-a-node-1';
    const held = await runKubectl(target, ['drain', node, '--ignore-daemonsets', '--timeout=5s']);
    assert.match(held.stderr, /Cannot evict pod as it would violate the pod's disruption budget/);
    await kubectl('delete', 'pdb', 'hold');
    assert.match(await kubectl('drain', node, '--ignore-daemonsets'), /drained/);
    assert.match(await kubectl('get', 'node', node), /Ready,SchedulingDisabled/);
    assert.match(await kubectl('uncordon', node), /uncordoned/);
  });

  it('asks what it may do, and who it is', async () => {
    assert.equal(await kubectl('auth', 'can-i', 'create', 'pods/eviction'), 'yes\n');
    assert.match(await kubectl('auth', 'whoami'), /sandbox-admin/);
    assert.match(await kubectl('auth', 'whoami', '--as', 'jane'), /jane/);
  });

  it('creates a namespace and takes it away with its contents', async () => {
    await kubectl('create', 'namespace', 'team');
    await kubectl('-n', 'team', 'create', 'configmap', 'c', '--from-literal=a=b');
    await kubectl('-n', 'team', 'create', 'deployment', 'd', '--image=app:1');
    await kubectl('delete', 'namespace', 'team', '--timeout=30s');
    const { stderr } = await runKubectl(target, ['get', 'ns', 'team']);
    assert.equal(stderr, 'Error from server (NotFound): namespaces "team" not found\n');
  });

  it('learns about custom resources', async () => {
    await apply({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', shortNames: ['gd'] },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    });
    await kubectl('wait', 'crd/gadgets.example.com', '--for=condition=established', '--timeout=30s');
    const gadget = { apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'g' }, spec: { a: 1 } };
    assert.match(await apply(gadget), /gadget\.example\.com\/g created/);
    assert.match(await apply({ ...gadget, spec: { a: 2 } }), /configured/);
    assert.match(await kubectl('get', 'gd'), /^NAME +AGE\ng /);
  });

  it('is told that there are no logs', async () => {
    assert.match(await kubectl('logs', 'db-0'), /no logs/);
  });
});
