import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import * as views from '../../../plugin/drain/budget-view.ts';
import { createPodStore, type PodStore, readDrainRecord } from '../../../plugin/drain/pod-store.ts';
import { readZoneDisruptionBudget } from '../../../shared/budget/decide/budget.ts';
import { type ObservedCluster, observeBudget } from '../../../shared/budget/decide/observe.ts';
import { identityOf, PROTOCOL } from '../../../shared/budget/decide/trust.ts';
import type { ZoneDisruptionBudget } from '../../../shared/budget/decide/types.ts';
import { readWorkload } from '../../../shared/budget/decide/workload.ts';
import { createWorkloadIndex } from '../../../shared/budget/decide/workload-index.ts';

const labels = { app: 'ingester' };
const budgetOf = (status: object = {}, maxUnavailable: unknown = 2) => {
  const object = {
    metadata: { name: 'ingester', namespace: 'cortex', generation: 1 },
    spec: { selector: { matchLabels: labels }, maxUnavailable },
    status: {
      observedGeneration: 1,
      observedVersions: { pods: '1' },
      expectedReplicas: 4,
      expectedPods: { a: 2, b: 2 },
      currentHealthy: { a: 2, b: 2 },
      currentUnhealthy: { a: 0, b: 0 },
      ...status,
    },
  };
  const identity = identityOf(readZoneDisruptionBudget(object));
  return readZoneDisruptionBudget({ ...object, status: { protocol: PROTOCOL, identity, ...object.status } });
};

describe('a zone budget in the eyes of a drain', () => {
  let pods: PodStore;
  let cluster: ObservedCluster;

  beforeEach(() => {
    pods = createPodStore((node) => node);
    const workloads = createWorkloadIndex();
    const template = { metadata: { labels } };
    const set = {
      metadata: { name: 'ingester', namespace: 'cortex', uid: 'set' },
      spec: { replicas: 4, template },
    };
    workloads.apply('ADDED', readWorkload('StatefulSet', set));
    for (const ordinal of [0, 1, 2, 3]) pod(ordinal, true);
    cluster = {
      pods,
      workloads,
      zoneOfNode: (node) => node,
      scaleOf: () => undefined,
      versions: { pods: '9' },
    };
  });
  function pod(ordinal: number, ready: boolean): void {
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      name: 'ingester',
      uid: 'set',
      controller: true,
    };
    pods.apply(
      'MODIFIED',
      readDrainRecord({
        metadata: {
          name: `ingester-${ordinal}`,
          namespace: 'cortex',
          uid: `uid-${ordinal}`,
          labels,
          ownerReferences: [owner],
        },
        spec: { nodeName: ordinal % 2 === 0 ? 'a' : 'b' },
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
      }),
    );
  }
  const ledgerView = (budget: ZoneDisruptionBudget) =>
    views.ledgerView(budget, observeBudget(budget, cluster));
  const countedView = (budget: ZoneDisruptionBudget) =>
    views.countedView(budget, observeBudget(budget, cluster));
  const down = (view: ReturnType<typeof ledgerView>) =>
    view && 'zones' in view ? view.zones.map(({ zone, unavailable }) => `${zone}=${unavailable}`) : view;
  const reservation = {
    pod: 'ingester-0',
    uid: 'uid-0',
    resourceVersion: '1',
    zone: 'a',
    time: '2026-01-01T00:00:00Z',
  };

  it('is what the ledger says while that is not less than what is seen', () => {
    const status = { currentHealthy: { a: 1, b: 2 }, currentUnhealthy: { a: 1, b: 0 } };
    assert.deepEqual(down(ledgerView(budgetOf(status))), ['a=1', 'b=0']);
    pod(0, false);
    assert.deepEqual(down(ledgerView(budgetOf(status))), ['a=1', 'b=0']);
  });

  it('does not count a pod twice that is reserved and seen to go', () => {
    pod(0, false);
    const view = ledgerView(budgetOf({ reservations: [reservation] }));
    assert.deepEqual(down(view), ['a=0', 'b=0']);
    pod(2, false);
    assert.deepEqual(down(ledgerView(budgetOf({ reservations: [reservation] }))), ['a=1', 'b=0']);
  });

  it('is tightened by what is seen, as when nobody keeps the ledger any more', () => {
    pod(1, false);
    assert.deepEqual(down(ledgerView(budgetOf())), ['a=0', 'b=1']);
  });

  it('is a problem where the ledger is one', () => {
    const view = ledgerView(budgetOf({ observedGeneration: 0 }));
    assert.ok(view && 'code' in view && view.code === 'not-observed');
  });

  it('names why the pods cannot be counted, and not a webhook that has not counted them', () => {
    cluster = { ...cluster, workloads: createWorkloadIndex() };
    const view = ledgerView(budgetOf({ observedVersions: {} }));
    assert.match(view && 'code' in view ? view.reason : '', /cannot be counted: statefulset ingester/);
    assert.deepEqual(down(ledgerView(budgetOf())), ['a=0', 'b=0'], 'the ledger knows better');
  });

  it('is counted without a ledger', () => {
    pod(1, false);
    assert.deepEqual(down(countedView(budgetOf({ currentUnhealthy: { a: 2 } }))), ['a=0', 'b=1']);
  });

  it('is a problem where it cannot be counted', () => {
    const view = countedView(budgetOf({}, 'many'));
    assert.ok(view && 'code' in view && view.code === 'invalid-budget');
  });
});
