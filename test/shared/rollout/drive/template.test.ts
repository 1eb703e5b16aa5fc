import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError, ConnectionError } from '../../../../shared/kube/kube.ts';
import { readPod, readStatefulSet } from '../../../../shared/kube/objects.ts';
import { FIRST_LOOK, statefulSetWorkload } from '../../../../shared/rollout/decide/workload.ts';
import {
  applyChange,
  observeChanged,
  planChange,
  type TemplateChange,
} from '../../../../shared/rollout/drive/template.ts';
import { type FakeKube, fakeKube } from '../../../helpers/fake-kube.ts';

const SETS = '/apis/apps/v1/namespaces/default/statefulsets';
const REVISIONS = '/apis/apps/v1/namespaces/default/controllerrevisions';
const NOW_MS = Date.UTC(2025, 0, 2, 3, 4, 5);

const TEMPLATE = {
  metadata: { creationTimestamp: null, labels: { app: 'store' }, annotations: { kept: 'yes' } },
  spec: {
    initContainers: [{ name: 'init', image: 'init:v1' }],
    containers: [
      { name: 'main', image: 'app:v2', securityContext: { unknownField: 1 } },
      { name: 'log', image: 'log:v1' },
    ],
  },
};
const EARLIER = { ...TEMPLATE, spec: { containers: [{ name: 'main', image: 'app:v1' }] } };

const SET = {
  metadata: { name: 'store', namespace: 'default', uid: 'set', resourceVersion: '1', generation: 2 },
  spec: { replicas: 2, selector: { matchLabels: { app: 'store' } }, template: TEMPLATE },
  status: { observedGeneration: 2, updateRevision: 'store-b', currentRevision: 'store-a' },
};
const STORE = statefulSetWorkload(readStatefulSet(SET));

function revision(name: string, number: number, template: object, owner = 'set') {
  return {
    metadata: {
      name,
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'store', uid: owner, controller: true },
      ],
    },
    revision: number,
    data: { spec: { template: { ...template, $patch: 'replace' } } },
  };
}

function cluster(set: { metadata: { name: string } } = SET): FakeKube {
  const kube = fakeKube();
  kube.put(SETS, set);
  kube.put(REVISIONS, revision('store-b', 2, TEMPLATE));
  kube.put(REVISIONS, revision('store-a', 1, EARLIER));
  kube.put(REVISIONS, revision('other-a', 9, EARLIER, 'somebody-else'));
  return kube;
}

function edit(...images: (readonly [container: string, image: string])[]): TemplateChange {
  return {
    kind: 'edit',
    images: images.map(([container, image]) => ({ container, image })),
    restart: false,
  };
}
const undo = (toRevision?: number): TemplateChange => ({ kind: 'undo', toRevision });

const plan = (change: TemplateChange, kube = cluster()) => planChange(kube, STORE, change, NOW_MS);
/** What is planned for the one StatefulSet. */
const planned = async (change: TemplateChange, kube = cluster()) => {
  const [only] = (await plan(change, kube)).members;
  if (!only) throw new Error('nothing changes');
  return only;
};

describe('a planned change of the template', () => {
  it('sets the image of containers and init containers, and keeps what it does not know', async () => {
    const { differences, template, before } = await planned(edit(['main', 'app:v3'], ['init', 'init:v2']));
    assert.deepEqual(
      differences,
      [
        'spec.containers[main].image: app:v2 → app:v3',
        'spec.initContainers[init].image: init:v1 → init:v2',
      ].sort((a, b) => differences.indexOf(a) - differences.indexOf(b)),
    );
    assert.deepEqual(before, TEMPLATE);
    const [main, log] = TEMPLATE.spec.containers;
    assert.deepEqual(template, {
      ...TEMPLATE,
      spec: {
        initContainers: [{ name: 'init', image: 'init:v2' }],
        containers: [{ ...main, image: 'app:v3' }, log],
      },
    });
  });

  it('sets all images with *, as kubectl set image does', async () => {
    assert.equal((await plan(edit(['*', 'x']))).differences.length, 3);
  });

  it('has no differences where the image is set already', async () => {
    assert.deepEqual((await plan(edit(['main', 'app:v2']))).differences, []);
  });

  it('restarts by the annotation that kubectl uses', async () => {
    const { differences } = await plan({ kind: 'edit', images: [], restart: true });
    assert.deepEqual(differences, [
      'metadata.annotations[kubectl.kubernetes.io/restartedAt]: (none) → 2025-01-02T03:04:05.000Z',
    ]);
  });

  it('names the containers there are when one is not there', async () => {
    await assert.rejects(plan(edit(['side', 'x'])), { fix: 'the containers are: main, log, init' });
  });

  it('goes back to the newest revision of its own but the update revision', async () => {
    const { template, revision: name, differences } = await planned(undo());
    assert.deepEqual([template, name], [EARLIER, 'store-a']);
    assert.ok(differences.includes('spec.containers[main].image: app:v2 → app:v1'));
  });

  it('goes back to the revision of a number', async () => {
    assert.deepEqual(await plan(undo(2)), { differences: [], members: [] });
    assert.equal((await planned(undo(1))).revision, 'store-a');
    await assert.rejects(plan(undo(9)), { message: /has no revision 9/, fix: /the revisions are: 1, 2;/ });
  });

  it('does not guess what came before a template that the controller has not seen', async () => {
    const unseen = { ...SET, metadata: { ...SET.metadata, generation: 3 } };
    await assert.rejects(
      plan(undo(), cluster(unseen)),
      /its controller has not observed the newest template yet/,
    );
    assert.equal((await planned(undo(1), cluster(unseen))).revision, 'store-a');
  });

  it('has nothing to go back to where there was one template', async () => {
    const kube = cluster();
    kube.remove(REVISIONS, 'store-a');
    await assert.rejects(plan(undo(), kube), /has no earlier revision to go back to/);
  });
});

describe('a change of the template that is made', () => {
  /** The answer to the PATCH; the object that is read afterwards is as `cluster` has it. */
  const answering = (answer: () => never, set: { metadata: { name: string } } = SET) => {
    const kube = cluster(set);
    kube.before = (request) => {
      if ('method' in request && request.method === 'PATCH') answer();
    };
    return kube;
  };
  const refused = (code: number) => () => {
    throw new ApiError({ code, reason: 'Invalid', message: 'no' });
  };

  it('holds only if the template is the one that was looked at', async () => {
    const change = await plan(edit(['main', 'app:v3']));
    const kube = answering(refused(400));
    await assert.rejects(applyChange(kube, change), { code: 400 });
    const { query, ...patch } = kube.requests.at(-1) ?? {};
    assert.deepEqual(query, { dryRun: undefined });
    assert.deepEqual(patch, {
      method: 'PATCH',
      patch: 'json',
      path: `${SETS}/store`,
      body: [
        { op: 'test', path: '/spec/template', value: TEMPLATE },
        { op: 'replace', path: '/spec/template', value: change.members[0]?.template },
      ],
    });
  });

  it('is only asked for in a dry run', async () => {
    const kube = answering(refused(400));
    await assert.rejects(applyChange(kube, await plan(undo()), { dryRun: true }));
    assert.deepEqual(kube.requests.at(-1)?.query, { dryRun: 'All' });
  });

  it('tells a template that somebody else has changed from one that is refused', async () => {
    const change = await plan(undo());
    await assert.rejects(applyChange(answering(refused(422)), change), { code: 422 });
    const changed = { ...SET, spec: { ...SET.spec, template: EARLIER } };
    await assert.rejects(
      applyChange(answering(refused(422), changed), change),
      /another client changed the template/,
    );
  });

  it('says that it is not known whether it was made when the answer got lost', async () => {
    const lost = () => {
      throw new ConnectionError('reset');
    };
    await assert.rejects(applyChange(answering(lost), await plan(undo())), {
      message: /it is unknown whether the template of statefulset\/store was changed: reset/,
      fix: /rollout history sts\/store/,
    });
  });
});

describe('pods as they would be after a change', () => {
  const pods = ['store-a', 'store-b'].map((hash, index) =>
    readPod({
      metadata: {
        name: `store-${index}`,
        namespace: 'default',
        uid: `pod-${index}`,
        resourceVersion: '1',
        labels: { 'controller-revision-hash': hash },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'store', uid: 'set', controller: true },
        ],
      },
      spec: { containers: [] },
      status: { phase: 'Running' },
    }),
  );
  const seen = STORE.observe({ pods, nodes: undefined }, FIRST_LOOK);
  const staleAfter = async (change: TemplateChange) =>
    observeChanged(seen, pods, STORE, await plan(change)).pods.map(({ stale }) => stale);

  it('are all stale for a new template', async () => {
    assert.deepEqual(await staleAfter(edit(['main', 'app:v3'])), [true, true]);
  });

  it('are up to date where they are on the revision that it goes back to', async () => {
    assert.deepEqual(await staleAfter(undo()), [false, true]);
  });
});
