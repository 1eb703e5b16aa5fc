import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ControlsOptions, rolloutControls } from '../../../plugin/rollout/controls.ts';
import { readLease, readPod, readStatefulSet } from '../../../shared/kube/objects.ts';
import { statefulSetWorkload } from '../../../shared/rollout/decide/workload.ts';
import { apiError, type FakeObject, fakeKube } from '../../helpers/fake-kube.ts';
import { manualClock } from '../views/fixtures/clock.ts';

const NOW_MS = Date.parse('2026-03-01T09:00:00Z');
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/prod/leases';
const SETS = '/apis/apps/v1/namespaces/prod/statefulsets';
const NAME = 'zone-rollout-statefulset-ingester';
const NOTE = 'kubectl-zone.dev/';

interface Start {
  annotations?: Record<string, string>;
  holder?: string;
  /** How long before the key is pressed the watch saw the last renewal. */
  silentMs?: number;
  strategy?: string;
  policy?: string;
  generation?: number;
}

/** A rollout of nine pods in three zones that somebody carries out, and the keys of another terminal. */
function opened(start: Start = {}) {
  const kube = fakeKube();
  const holderIdentity = start.holder ?? 'bob@server/1/x';
  // The holder's clock is an hour behind, or ahead: it tells nothing.
  const renewTime = new Date(NOW_MS - 3_600_000).toISOString();
  kube.put(LEASES, {
    metadata: {
      ...{ name: NAME, namespace: 'prod' },
      annotations: { [`${NOTE}max-unavailable-flag`]: '25%', ...start.annotations },
    },
    spec: { holderIdentity, leaseDurationSeconds: 15, renewTime },
  });
  const set: FakeObject = {
    metadata: { name: 'ingester', namespace: 'prod', uid: 'set', generation: start.generation ?? 2 },
    spec: {
      replicas: 9,
      selector: { matchLabels: { app: 'ingester' } },
      podManagementPolicy: start.policy ?? 'Parallel',
      updateStrategy: { type: start.strategy ?? 'OnDelete' },
      template: { metadata: {}, spec: { containers: [{ name: 'main', image: 'app:broken' }] } },
    },
    status: { updateRevision: 'ingester-2', observedGeneration: 2, currentRevision: 'ingester-1' },
  };
  kube.put(SETS, set);
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    name: 'ingester',
    uid: 'set',
    controller: true,
  };
  for (const [revision, image] of [
    [1, 'app:v1'],
    [2, 'app:broken'],
  ] as const) {
    const template = { $patch: 'replace', metadata: {}, spec: { containers: [{ name: 'main', image }] } };
    kube.put('/apis/apps/v1/namespaces/prod/controllerrevisions', {
      metadata: { name: `ingester-${revision}`, namespace: 'prod', ownerReferences: [owner] },
      revision,
      data: { spec: { template } },
    });
  }
  const pods = new Map(
    Array.from({ length: 9 }, (_, index) => {
      const labels = { 'topology.kubernetes.io/zone': `zone-${'abc'[index % 3]}` };
      const metadata = { name: `ingester-${index}`, namespace: 'prod', labels, ownerReferences: [owner] };
      return [`prod/ingester-${index}`, readPod({ metadata, spec: { nodeName: 'n' }, status: {} })];
    }),
  );
  const workload = statefulSetWorkload(readStatefulSet(set));
  const lease = kube.get(LEASES, NAME);
  const holder = {
    lease: readLease(lease),
    sinceMs: NOW_MS - (start.silentMs ?? 5_000),
    renewed: true,
  };
  const options: ControlsOptions = {
    kube,
    clock: manualClock(NOW_MS),
    processIdentity: { host: 'laptop', user: 'ann', pid: 1 },
    watches: { workload, pods, cluster: { pods: [...pods.values()], nodes: undefined }, holder },
    workload,
  };
  // The fake knows merge patches only.
  const request = kube.request.bind(kube);
  kube.request = async (asked) => {
    if (asked.patch !== 'json') return request(asked);
    kube.requests.push(asked);
    await kube.before(asked);
    return kube.put(SETS, set);
  };
  const notes = () => (kube.get(LEASES, NAME)?.metadata.annotations ?? {}) as Record<string, string>;
  return { kube, controls: rolloutControls(options), note: (key: string) => notes()[`${NOTE}${key}`] };
}

const BY_ANN = { by: 'ann@laptop', at: new Date(NOW_MS).toISOString(), reason: '' };

describe('pause by key', () => {
  it('writes who paused it, and takes that away again', async () => {
    const { controls, note } = opened();
    assert.match(await controls.togglePause(), /^paused/);
    assert.deepEqual(JSON.parse(note('paused') ?? ''), BY_ANN);
    assert.equal(await controls.togglePause(), 'resumed');
    assert.equal(note('paused'), undefined);
  });

  it('two presses at once are a pause and its end, though no watch has shown the first', async () => {
    const { controls, note } = opened();
    const answers = await Promise.all([controls.togglePause(), controls.togglePause()]);
    assert.match(answers[0], /^paused/);
    assert.equal(answers[1], 'resumed');
    assert.equal(note('paused'), undefined);
  });

  it('resumes what another terminal has paused, also when no rollout is running', async () => {
    const { controls } = opened({ holder: '', annotations: { [`${NOTE}paused`]: '{}' } });
    assert.match(await controls.togglePause(), /no longer paused; no rollout is running/);
    assert.match(await controls.togglePause(), /no rollout of statefulset\/ingester is running/);
  });

  it('a holder that has not renewed is nobody', async () => {
    const { controls } = opened({ silentMs: 15_000 });
    assert.match(await controls.togglePause(), /no rollout of/);
  });

  it('what the API server refuses becomes the sentence', async () => {
    const { kube, controls } = opened();
    kube.before = ({ path }) => {
      if (path.includes('/leases')) throw apiError(403, 'Forbidden');
    };
    assert.equal(await controls.togglePause(), 'failed: Forbidden happened');
    kube.before = () => {};
    assert.match(await controls.togglePause(), /^paused/);
  });
});

describe('maxUnavailable by key', () => {
  it('counts in pods from the percentage it was started with', async () => {
    const { controls, note } = opened({ annotations: { [`${NOTE}max-unavailable-flag`]: '10%' } });
    assert.equal(await controls.changeMaxUnavailable(1), 'maxUnavailable is now 2, it was 10% (1)');
    assert.equal(note('max-unavailable'), '2');
    assert.deepEqual(JSON.parse(note('max-unavailable-by') ?? ''), BY_ANN);
    assert.equal(await controls.changeMaxUnavailable(-1), 'maxUnavailable is now 1, it was 2');
  });

  it('presses that follow each other at once all count', async () => {
    const { controls, note } = opened({ annotations: { [`${NOTE}max-unavailable-flag`]: '1' } });
    await Promise.all([1, 2].map(() => controls.changeMaxUnavailable(1)));
    assert.equal(note('max-unavailable'), '3');
  });

  it('stays between 1 and the pods of the largest zone', async () => {
    const least = opened({ annotations: { [`${NOTE}max-unavailable-flag`]: '1' } });
    assert.match(await least.controls.changeMaxUnavailable(-1), /stays 1/);
    assert.equal(least.note('max-unavailable'), undefined);
    const most = opened({ annotations: { [`${NOTE}max-unavailable`]: '3' } });
    assert.match(await most.controls.changeMaxUnavailable(1), /stays 3: the largest zone has 3 pods/);
    const all = opened({ annotations: { [`${NOTE}max-unavailable-flag`]: 'zone' } });
    assert.equal(await all.controls.changeMaxUnavailable(-1), 'maxUnavailable is now 2, it was zone (3)');
    const beyond = opened({ annotations: { [`${NOTE}max-unavailable-flag`]: '12' } });
    assert.match(await beyond.controls.changeMaxUnavailable(-1), /is now 2/);
  });

  it('says what keeps it from being used in full', async () => {
    const annotations = { [`${NOTE}max-unavailable-flag`]: '1' };
    const { controls } = opened({ policy: 'OrderedReady', annotations });
    assert.match(await controls.changeMaxUnavailable(1), /is now 2, .*; podManagementPolicy OrderedReady/);
  });

  it('is nothing to change where no rollout is running', async () => {
    const { controls, note } = opened({ holder: '' });
    assert.match(await controls.changeMaxUnavailable(1), /no rollout of.*--max-unavailable/);
    assert.equal(note('max-unavailable'), undefined);
  });
});

describe('undo by key', () => {
  it('proposes the change, and touches nothing before it is confirmed', async () => {
    const { kube, controls, note } = opened();
    const proposal = await controls.planUndo();
    assert.ok(typeof proposal !== 'string', String(proposal));
    assert.equal(proposal.revision, 'ingester-1');
    assert.deepEqual(proposal.differences, ['spec.containers[main].image: app:broken → app:v1']);
    assert.ok(kube.requests.every(({ method }) => method === 'GET'));

    assert.equal(await proposal.confirm(), 'the template was rolled back to the previous revision');
    const [patch] = kube.requests.filter(({ path, method }) => method === 'PATCH' && path.startsWith(SETS));
    assert.equal(patch?.patch, 'json');
    assert.deepEqual(JSON.parse(note('undone') ?? ''), BY_ANN);
  });

  it('says when it is still paused', async () => {
    const { controls } = opened({ annotations: { [`${NOTE}paused`]: '{}' } });
    const proposal = await controls.planUndo();
    assert.ok(typeof proposal !== 'string');
    assert.match(await proposal.confirm(), /still paused, p to resume$/);
  });

  it('is refused where pods would not be replaced zone by zone, or the controller is behind', async () => {
    for (const [start, why] of [
      [{ holder: '' }, /no rollout of.*--undo/],
      [{ strategy: 'RollingUpdate' }, /is not OnDelete/],
      [{ generation: 3 }, /not observed the newest template yet/],
    ] as const) {
      assert.match(String(await opened(start).controls.planUndo()), why);
    }
  });

  it('a change that fails is a sentence, and nothing is noted', async () => {
    const { kube, controls, note } = opened();
    const proposal = await controls.planUndo();
    assert.ok(typeof proposal !== 'string');
    kube.before = (request) => {
      if ('method' in request && request.method === 'PATCH') throw apiError(403, 'Forbidden');
    };
    assert.equal(await proposal.confirm(), 'failed: Forbidden happened');
    assert.equal(note('undone'), undefined);
  });
});
