import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readZoneDisruptionBudget } from '../../../../shared/budget/decide/budget.ts';
import { createPodEnds } from '../../../../shared/budget/decide/ends.ts';
import { observeBudget, viewOwner } from '../../../../shared/budget/decide/observe.ts';
import type { PodIndex } from '../../../../shared/budget/decide/pod-index.ts';
import { cluster, controlledBy, type Given, NAMESPACE, pod, workload } from './cluster.ts';

const budgetOf = (spec: object = {}, namespace = NAMESPACE) =>
  readZoneDisruptionBudget({
    metadata: { name: 'db', namespace },
    spec: { selector: { matchLabels: { app: 'db' } }, maxUnavailable: 1, ...spec },
  });

function observed(given: Given) {
  const result = observeBudget(budgetOf(), cluster(given));
  return result.kind === 'observed' ? result : assert.fail(JSON.stringify(result));
}
function reasonOf(given: Given, spec: object = {}): string {
  const result = observeBudget(budgetOf(spec), cluster(given));
  return result.kind === 'problem' ? result.reason : assert.fail(`it was ${result.kind}`);
}
const names = (pods: readonly { name: string }[]) => pods.map(({ name }) => name);

const replicaSet = workload('web-1', {
  kind: 'ReplicaSet',
  controller: controlledBy('Deployment', 'web'),
  replicas: 99,
});
const ofReplicaSet = { controller: controlledBy('ReplicaSet', 'web-1') };

describe('what the caches show of a budget', () => {
  it('knows the missing pods of a StatefulSet by name and last zone, also when all are gone', () => {
    const gone = ['db-0', 'db-1', 'db-2'].map((name) => pod(name, { node: 'node-b' }));
    const { observation, polls } = observed({ gone, workloads: [workload('db')] });
    assert.deepEqual(observation.missing, ['db-0', 'db-1', 'db-2']);
    assert.equal(observation.expectedReplicas, 3);
    assert.equal(observation.lastZones.get('db-1'), 'zone-b');
    assert.deepEqual(observation.versions, {
      pods: '9',
      statefulsets: '8',
      deployments: '7',
      replicasets: '6',
    });
    assert.equal(polls, false);
  });

  it('begins at the first ordinal', () => {
    const workloads = [workload('db', { replicas: 2, firstOrdinal: 5 })];
    assert.deepEqual(observed({ workloads, pods: [pod('db-6')] }).observation.missing, ['db-5']);
  });

  it('does not count pods beyond the replicas, and does not take them for expected', () => {
    const given = {
      pods: [pod('db-0'), pod('db-3', { available: false })],
      workloads: [workload('db', { replicas: 1 })],
    };
    assert.deepEqual(names(observed(given).observation.pods), ['db-0']);
    const versions = { statefulsets: '8' };
    assert.deepEqual(viewOwner(pod('db-3'), cluster(given)), { expected: false, versions });
    assert.deepEqual(viewOwner(pod('db-0'), cluster(given)), { expected: true, versions });
  });

  it('counts a pod that has ended as down where its name is asked for', () => {
    const ended = pod('db-0', { terminal: true, available: false });
    const { observation } = observed({ pods: [ended], workloads: [workload('db', { replicas: 1 })] });
    assert.deepEqual(
      observation.pods.map(({ name, available }) => [name, available]),
      [['db-0', false]],
    );
  });

  it('takes the number of a Deployment, and a missing pod for the one that vanished last', () => {
    const given = {
      pods: [pod('web-1-x', ofReplicaSet), pod('web-1-done', { ...ofReplicaSet, terminal: true })],
      gone: [
        pod('web-1-old', { ...ofReplicaSet, node: 'node-c' }),
        pod('web-1-y', { ...ofReplicaSet, node: 'node-c' }),
      ],
      workloads: [replicaSet, workload('web', { kind: 'Deployment', replicas: 2 })],
    };
    const { observation } = observed(given);
    assert.deepEqual(names(observation.pods), ['web-1-x']);
    assert.deepEqual(observation.missing, ['web-1-y']);
    assert.equal(observation.expectedReplicas, 2);
    assert.deepEqual(observation.lastZones, new Map([['web-1-y', 'zone-c']]));
    assert.deepEqual(viewOwner(pod('web-1-x', ofReplicaSet), cluster(given)), {
      expected: true,
      versions: { deployments: '7', replicasets: '6' },
    });
  });

  it('does not guess where a missing pod was, when one of two that vanished has been replaced', () => {
    const at = (name: string, node: string) => pod(name, { ...ofReplicaSet, node });
    const workloads = [replicaSet, workload('web', { kind: 'Deployment', replicas: 3 })];
    const index = cluster({ workloads });
    const apply = (type: 'ADDED' | 'DELETED', one: ReturnType<typeof at>) =>
      (index.pods as PodIndex).apply(type, one);
    const missing = () => {
      const result = observeBudget(budgetOf(), index);
      return result.kind === 'observed' && result.observation.missing;
    };
    const [a, b, c] = [at('web-a', 'node-a'), at('web-b', 'node-b'), at('web-c', 'node-c')];
    for (const one of [a, b, c]) apply('ADDED', one);
    apply('DELETED', c);
    assert.deepEqual(missing(), ['web-c']);
    apply('DELETED', a);
    assert.deepEqual(missing(), ['web-c', 'web-a']);
    apply('ADDED', at('web-d', 'node-b'));
    assert.deepEqual(missing(), ['web-missing-0']);
    apply('ADDED', at('web-e', 'node-c'));
    assert.deepEqual(missing(), []);
    // Nothing was missing in between: it is the one that vanished now.
    apply('DELETED', b);
    assert.deepEqual(missing(), ['web-b']);
  });

  it('counts a terminating pod beside its replacement', () => {
    const going = pod('web-1-x', { ...ofReplicaSet, terminating: true, available: false });
    const { observation } = observed({
      pods: [going, pod('web-1-y', ofReplicaSet)],
      workloads: [replicaSet, workload('web', { kind: 'Deployment', replicas: 1 })],
    });
    assert.deepEqual(names(observation.pods), ['web-1-x', 'web-1-y']);
    assert.deepEqual(observation.missing, []);
  });

  it('makes names up where no pod has vanished', () => {
    const { missing, lastZones } = observed({
      gone: [pod('db-0', { controller: controlledBy('ReplicaSet', 'other') })],
      workloads: [workload('web', { kind: 'Deployment', replicas: 2 })],
    }).observation;
    assert.deepEqual(missing, ['web-missing-0', 'web-missing-1']);
    assert.equal(lastZones.size, 0);
  });

  it('never takes a pod for missing that is there, nor one pod for two', () => {
    const controller = controlledBy('Ring', 'ring', 'example.com/v1');
    const ringPod = (name: string, node: string) => pod(name, { controller, node });
    const { missing, lastZones } = observed({
      gone: [ringPod('ring-1', 'node-b'), ringPod('ring-1', 'node-c'), ringPod('ring-0', 'node-a')],
      pods: [ringPod('ring-0', 'node-a')],
      scale: { kind: 'replicas', replicas: 3 },
    }).observation;
    assert.deepEqual(missing, ['ring-1', 'ring-missing-1']);
    assert.deepEqual(lastZones, new Map([['ring-1', 'zone-c']]));
  });

  it('asks for the scale of an owner that it does not know, and says what is wrong with it', () => {
    const controller = controlledBy('Ring', 'ring', 'example.com/v1');
    const pods = [pod('ring-x', { controller })];
    assert.deepEqual(observeBudget(budgetOf(), cluster({ pods })), {
      kind: 'ask',
      refs: [{ ...controller, namespace: NAMESPACE }],
    });
    const { observation, polls } = observed({ pods, scale: { kind: 'replicas', replicas: 2 } });
    assert.equal(observation.missing.length, 1);
    assert.equal(polls, true);
    for (const [scale, words] of [
      [{ kind: 'gone' }, /^ring ring, which owns ring-x, does not exist; /],
      [{ kind: 'no-scale' }, /ring ring, which owns ring-x, has no scale subresource/],
      [{ kind: 'failed', error: 'forbidden' }, /ring-x, has a scale that cannot be read: forbidden/],
    ] as const) {
      assert.match(reasonOf({ pods, scale }), words);
    }
  });

  it('takes a ReplicaSet’s own replicas where its owner has no scale, and else its owner’s', () => {
    const above = controlledBy('App', 'app', 'example.com/v1');
    const workloads = [workload('web-1', { kind: 'ReplicaSet', controller: above, replicas: 4 })];
    const pods = [pod('web-1-x', ofReplicaSet)];
    for (const given of [{ workloads, pods }, { workloads }]) {
      assert.equal(observed({ ...given, scale: { kind: 'no-scale' } }).observation.expectedReplicas, 4);
      const scaled = observed({ ...given, scale: { kind: 'replicas', replicas: 2 } });
      assert.equal(scaled.observation.expectedReplicas, 2);
      assert.equal(observeBudget(budgetOf(), cluster(given)).kind, 'ask');
    }
  });

  it('ends where owner references go in circles', () => {
    const workloads = [
      workload('web-1', { kind: 'ReplicaSet', controller: controlledBy('ReplicaSet', 'web-2') }),
      workload('web-2', { kind: 'ReplicaSet', controller: controlledBy('ReplicaSet', 'web-1') }),
    ];
    const result = observeBudget(budgetOf(), cluster({ workloads, pods: [pod('web-1-x', ofReplicaSet)] }));
    assert.equal(result.kind, 'ask');
  });

  it('cannot count pods without an owner, or whose owner was made anew', () => {
    const orphan = pod('x', { controller: undefined });
    assert.match(reasonOf({ pods: [orphan] }), /x has no owner with a number/);
    assert.equal(viewOwner(orphan, cluster({})), undefined);
    const renewed = { pods: [pod('db-0')], workloads: [workload('db', { uid: 'another' })] };
    assert.match(reasonOf(renewed), /^statefulset db, which owns db-0, does not exist; /);
    assert.deepEqual(viewOwner(pod('db-0'), cluster(renewed)), { expected: false, versions: {} });
  });

  it('looks for an owner in the pod’s namespace, by kind and name', () => {
    for (const change of [{ namespace: 'other' }, { name: 'db2' }, { kind: 'Deployment' }] as const) {
      const workloads = [workload('db', { uid: 'uid-db', ...change })];
      assert.match(reasonOf({ pods: [pod('db-0')], workloads }), /does not exist/);
    }
  });

  it('does not mind pods that have ended, whoever owned them', () => {
    const ended = { terminal: true, available: false };
    const pods = [pod('x', { ...ended, controller: undefined }), pod('y', ended)];
    assert.deepEqual(observed({ pods }).observation.pods, []);
  });

  it('cannot count by a selector that nobody can evaluate, even without pods', () => {
    const selector = { matchExpressions: [{ key: 'app', operator: 'Like' }] };
    assert.match(reasonOf({}, { selector }), /an unknown operator/);
  });

  it('leaves pods and workloads alone that the budget does not cover', () => {
    const labels = { app: 'other' };
    const given = {
      pods: [pod('other', { labels, controller: undefined })],
      workloads: [workload('other', { templateLabels: labels })],
    };
    assert.equal(observed(given).owners.length, 0);
    const all = { pods: [pod('db-0')], workloads: [workload('db')] };
    const elsewhere = observeBudget(budgetOf({}, 'other'), cluster(all));
    assert.equal(elsewhere.kind === 'observed' && elsewhere.owners.length, 0);
  });

  it('finds owners without pods by every kind of selector', () => {
    const byExpression = { matchExpressions: [{ key: 'app', operator: 'In', values: ['db'] }] };
    const labels = { app: 'db', tier: 'data' };
    for (const selector of [
      { matchLabels: labels },
      byExpression,
      { matchLabels: labels, ...byExpression },
    ]) {
      const workloads = [
        workload('db', { templateLabels: labels }),
        workload('web', { templateLabels: { tier: 'data' } }),
      ];
      const result = observeBudget(budgetOf({ selector }), cluster({ workloads }));
      assert.deepEqual(result.kind === 'observed' && result.observation.missing, ['db-0', 'db-1', 'db-2']);
    }
  });

  it('does not count an owner that asks for an absurd number, nor several that do together', () => {
    const workloads = [workload('boom', { replicas: 2_000_000_000 }), workload('db')];
    assert.equal(
      reasonOf({ workloads }),
      'statefulset boom and 1 more owner: 2000000003 replicas are more than the supported 10000; scale down, or change the selector of the budget',
    );
    const many = ['a', 'b', 'c'].map((name) => workload(name, { replicas: 9_999 }));
    assert.match(reasonOf({ workloads: many }), /29997 replicas are more/);
    assert.deepEqual(
      viewOwner(pod('boom-7', { controller: controlledBy('StatefulSet', 'boom') }), cluster({ workloads })),
      {
        expected: true,
        versions: { statefulsets: '8' },
      },
    );
  });

  it('takes terminating pods of an owner that is gone for surplus, once its cache has reached them', () => {
    const left = (resourceVersion: string) =>
      pod('old-0', { controller: controlledBy('StatefulSet', 'old'), terminating: true, resourceVersion });
    const given = { workloads: [workload('db')], pods: [pod('db-0'), left('8')] };
    assert.deepEqual(names(observed(given).observation.pods), ['db-0']);
    const result = observeBudget(budgetOf(), cluster({ ...given, pods: [pod('db-0'), left('9')] }));
    assert.deepEqual(result.kind === 'problem' && result.behind, ['statefulsets']);
  });

  it('remembers where a pod was that has no node now', () => {
    const { observation } = observed({
      gone: [pod('db-0', { node: 'node-c' })],
      pods: [pod('db-0', { node: undefined, available: false })],
      workloads: [workload('db', { replicas: 1 })],
    });
    assert.equal(observation.pods[0]?.zone, undefined);
    assert.equal(observation.lastZones.get('db-0'), 'zone-c');
  });

  it('knows an owner of any kind whose pods are all gone, as long as its scale asks for some', () => {
    const ring = { controller: controlledBy('Ring', 'ring', 'example.com/v1') };
    const gone = [pod('ring-x', { ...ring, node: 'node-b' })];
    const given = { gone, workloads: [workload('db')], pods: [pod('db-0'), pod('db-1'), pod('db-2')] };
    assert.equal(observeBudget(budgetOf(), cluster(given)).kind, 'ask');
    const asks = (scale: Given['scale']) => observed({ ...given, scale }).observation;
    assert.deepEqual(asks({ kind: 'replicas', replicas: 1 }).missing, ['ring-x']);
    assert.equal(asks({ kind: 'replicas', replicas: 1 }).lastZones.get('ring-x'), 'zone-b');
    for (const kind of ['gone', 'no-scale'] as const) assert.deepEqual(asks({ kind }).missing, []);
    assert.match(
      reasonOf({ ...given, scale: { kind: 'failed', error: 'forbidden' } }),
      /scale that cannot be read: forbidden/,
    );
    const elsewhere = [pod('other-x', { ...ring, labels: { app: 'other' } })];
    assert.deepEqual(observed({ ...given, gone: elsewhere }).observation.missing, []);
  });

  it('asks for the number of an owner that is older than the end of one of its pods', () => {
    const owner = { controller: controlledBy('StatefulSet', 'db') };
    const ring = { controller: controlledBy('Ring', 'ring', 'example.com/v1') };
    const cases: [Given, string, boolean][] = [
      [{ workloads: [workload('db', { replicas: 1 })], pods: [pod('db-0')] }, 'db-0', false],
      [{ workloads: [workload('db', { replicas: 1 })], pods: [pod('db-0')] }, 'db-1', true],
      [{ scale: { kind: 'replicas', replicas: 1 }, pods: [pod('x', ring)] }, 'y', true],
    ];
    for (const [given, ended, isAsked] of cases) {
      const ends = createPodEnds();
      const gone = pod(ended, given.scale ? ring : owner);
      ends.note('DELETED', gone, gone, 20);
      const shown = (numberAtMs: number) =>
        observeBudget(budgetOf(), {
          ...cluster(given),
          ages: { ...ends, absentSinceMs: () => 0, numberAtMs: () => numberAtMs },
        });
      const asked = (numberAtMs: number) => {
        const result = shown(numberAtMs);
        return result.kind === 'observed' && result.observation.unconfirmed.length === 1;
      };
      assert.equal(asked(10), isAsked, ended);
      assert.equal(asked(21), false, ended);
    }
  });

  it('asks as well when a reserved pod was never seen, and counts nowhere', () => {
    const given = { workloads: [workload('db', { replicas: 1 })], pods: [pod('db-0')] };
    const reserved = (name: string) => {
      const budget = budgetOf();
      const one = {
        pod: name,
        uid: `other-${name}`,
        resourceVersion: '4',
        ownerVersions: {},
        zone: 'zone-a',
      };
      const reservations = [{ ...one, timeMs: 0, revision: 1 }];
      const result = observeBudget(
        { ...budget, status: { ...budget.status, reservations } },
        {
          ...cluster(given),
          ages: { hasEndedSince: () => false, absentSinceMs: () => 20, numberAtMs: () => 10 },
        },
      );
      return result.kind === 'observed' && result.observation.unconfirmed.length;
    };
    assert.equal(reserved('db-3'), 1);
    assert.equal(reserved('db-0'), 0);
  });
});
