import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { main } from '../../../plugin/main.ts';
import type { ConnectOptions } from '../../../shared/kube/connect.ts';
import { ConnectionError, type Kube, KubeconfigError } from '../../../shared/kube/kube.ts';
import { testContext } from '../../helpers/context.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

/** `kubectl zone __complete` against whatever answers, with a clock that moves when told. */
function start(words: readonly string[], connect: (options: ConnectOptions) => Promise<Kube>) {
  const { context, stdout, stderr } = testContext({ KUBECONFIG: '/nowhere/kubeconfig' });
  const clock = manualClock();
  let abandoned = 0;
  const abandon = () => {
    abandoned += 1;
  };
  Object.assign(context, { clock, connect, abandon });
  const end = main(['__complete', ...words], context).then((code) => {
    assert.deepEqual([code, stderr.text], [0, '']);
    return { stdout: stdout.text, abandoned };
  });
  return { clock, end };
}

const unused = () => assert.fail('no cluster is needed');

describe('the answer to a shell', () => {
  it('is a candidate a line, its description behind a tab, and the directive', async () => {
    const { stdout } = await start(['rollout', 'sts/a', '--pacing', 's'], unused).end;
    assert.equal(stdout, 'stream\n:4\n');
    assert.equal(
      (await start(['rollout', 'st'], unused).end).stdout,
      'status\tShow the status of a rollout, also of a finished one\nsts/\n:4\n',
    );
  });

  it('asks for no space behind what goes on, and leaves files to the shell', async () => {
    assert.equal((await start(['plan', 's'], unused).end).stdout, 'sts/\n:6\n');
    assert.equal((await start(['check', '-f', ''], unused).end).stdout, ':0\n');
    assert.equal((await start([], unused).end).stdout.split('\n').at(-2), ':4');
  });

  it('has names from the cluster and namespace that the line says', async () => {
    const kube = fakeKube();
    kube.put('/apis/apps/v1/namespaces/default/statefulsets', {
      metadata: { name: 'a' },
      status: { readyReplicas: 1 },
    });
    const asked: ConnectOptions[] = [];
    const line = ['rollout', '-n', 'mimir', '--context=prod', '--as', 'ops', 'sts/'];
    const { stdout, abandoned } = await start(line, async (options) => {
      asked.push(options);
      return kube;
    }).end;
    assert.equal(stdout, 'sts/a\t1 of 1 pod ready\n:4\n');
    assert.equal(abandoned, 0);
    const [{ namespace, context, as } = {}] = asked;
    assert.deepEqual({ namespace, context, as }, { namespace: 'mimir', context: 'prod', as: 'ops' });
  });

  it('shows revisions with the newest first, and what they are', async () => {
    const kube = fakeKube();
    const template = (image: string) => ({
      metadata: { labels: { app: 'a' } },
      spec: { containers: [{ name: 'app', image }] },
    });
    const set = kube.put('/apis/apps/v1/namespaces/default/statefulsets', {
      metadata: { name: 'my-set', namespace: 'default', generation: 1 },
      spec: { selector: { matchLabels: { app: 'a' } }, serviceName: 'a', template: template('app:v10') },
      status: { updateRevision: 'a-10', observedGeneration: 1 },
    });
    for (const revision of [2, 9, 10]) {
      kube.put('/apis/apps/v1/namespaces/default/controllerrevisions', {
        metadata: {
          name: `a-${revision}`,
          namespace: 'default',
          annotations: revision === 2 ? { 'kubernetes.io/change-cause': 'the old one' } : {},
          ownerReferences: [
            {
              apiVersion: 'apps/v1',
              kind: 'StatefulSet',
              name: 'my-set',
              uid: set.metadata.uid,
              controller: true,
            },
          ],
        },
        revision,
        data: { spec: { template: { ...template(`app:v${revision}`), $patch: 'replace' } } },
      });
    }
    const { stdout } = await start(['rollout', 'sts/my-set', '--undo', '--to-revision', ''], async () => kube)
      .end;
    assert.equal(stdout, '9\tapp:v9\n2\tapp:v2: the old one\n:36\n');
  });

  it('has no descriptions where bash would have to quote a candidate, which it then would not find', async () => {
    const kube = fakeKube();
    for (const zone of ['zone-a', 'zone-b']) {
      kube.put('/api/v1/nodes', {
        metadata: { name: zone, labels: { 'topology.kubernetes.io/zone': zone } },
      });
    }
    const zones = async (text: string) =>
      (await start(['drain', '--zone', text], async () => kube).end).stdout;
    assert.equal(await zones('zone-b'), 'zone-b\t1 node\n:4\n');
    assert.equal(await zones('zone-b,'), 'zone-b,zone-a\n:4\n');
  });

  it('has names of the kubeconfig without a request', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'completion-'));
    try {
      const file = join(dir, 'config');
      const contexts = ['prod', 'stage'].map((name) => ({ name, context: { cluster: name } }));
      await writeFile(
        file,
        JSON.stringify({ contexts, 'current-context': 'stage', clusters: [{ name: 'eu' }] }),
      );
      const from = async (...words: string[]) =>
        (await start(['plan', '--kubeconfig', file, ...words], unused).end).stdout;
      assert.equal(await from('--context', ''), 'prod\nstage\tcurrent\n:4\n');
      assert.equal(await from('--context=p'), 'prod\n:4\n');
      assert.equal(await from('--cluster', ''), 'eu\n:4\n');
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

describe('a cluster that does not answer', () => {
  const line = ['drain', '--zone', ''];

  it('gives no candidates and says nothing, whatever went wrong', async () => {
    for (const error of [
      new KubeconfigError('no kubeconfig'),
      new ConnectionError('refused'),
      new Error('a mistake of ours'),
    ]) {
      const refused = await start(line, () => Promise.reject(error)).end;
      assert.deepEqual(refused, { stdout: ':4\n', abandoned: 0 });
      const broken = { ...fakeKube(), request: () => Promise.reject(error) };
      assert.deepEqual(await start(line, async () => broken).end, { stdout: ':4\n', abandoned: 0 });
    }
    const odd = { ...fakeKube(), request: async () => ({ items: [{ metadata: 7 }] }) };
    assert.equal((await start(line, async () => odd).end).stdout, ':4\n');
    assert.equal((await start(['plan', '--request-timeout', 'soon', 'sts/'], unused).end).stdout, ':4\n');
  });

  it('is given up after a second, with all that hangs on it', async () => {
    let closed = 0;
    const silent = {
      ...fakeKube(),
      request: () => new Promise(() => {}),
      async close() {
        closed += 1;
      },
    };
    const { clock, end } = start(line, async () => silent);
    clock.advance(await clock.scheduled((delayMs) => delayMs === 1_000));
    assert.deepEqual(await end, { stdout: ':4\n', abandoned: 1 });
    assert.equal(closed, 1);
    assert.deepEqual(clock.pending(), []);
  });

  it('is given the time that the line says', async () => {
    const silent = { ...fakeKube(), request: () => new Promise(() => {}) };
    const { clock, end } = start(['drain', '--request-timeout=20s', '--zone', ''], async () => silent);
    clock.advance(await clock.scheduled((delayMs) => delayMs === 20_000));
    assert.equal((await end).stdout, ':4\n');
  });

  it('has a credential plugin that is given up after three', async () => {
    const { clock, end } = start(line, () => new Promise(() => {}));
    clock.advance(await clock.scheduled((delayMs) => delayMs === 3_000));
    assert.deepEqual(await end, { stdout: ':4\n', abandoned: 1 });
    assert.deepEqual(clock.pending(), []);
  });

  it('does not keep back what is known without it', async () => {
    const refused = () => Promise.reject(new ConnectionError('refused'));
    const { stdout } = await start(['budget', ''], refused).end;
    assert.match(stdout, /^create\t.*\nexplain\t.*\n:4\n$/);
  });
});
