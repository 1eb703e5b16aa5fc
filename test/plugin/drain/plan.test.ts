import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DrainObservation, DrainOptions } from '../../../plugin/drain/decide/types.ts';
import { type DrainPlan, describePlan } from '../../../plugin/drain/plan.ts';
import { drainPod, drainWorkload, observationOf, podOf } from './builders.ts';

const OPTIONS: DrainOptions = {
  zoneOrder: [],
  maxNodes: undefined,
  soakMs: 0,
  pendingMs: 0,
  ignoreBroken: [],
};
const NODES = [
  { name: 'node-9', zone: undefined, cordoned: false },
  { name: 'node-3', zone: 'zone-b', cordoned: true },
  { name: 'node-2', zone: 'zone-a', cordoned: false },
  { name: 'node-1', zone: 'zone-a', cordoned: false },
];

function plan(observation: Partial<DrainObservation>, options: Partial<DrainOptions> = {}): DrainPlan {
  const staying = [podOf({ name: 'agent-x', node: 'node-1' })];
  return describePlan({
    observation: observationOf(observation),
    staying,
    options: { ...OPTIONS, ...options },
  });
}

describe('the plan of a drain', () => {
  it('takes zones in their order, nodes without a zone last', () => {
    const order = (options: Partial<DrainOptions>) =>
      plan({ nodes: NODES }, options).zones.map(({ zone, nodes }) => [
        zone,
        ...nodes.map(({ node }) => node),
      ]);
    assert.deepEqual(order({}), [
      ['zone-a', 'node-1', 'node-2'],
      ['zone-b', 'node-3'],
      [null, 'node-9'],
    ]);
    assert.deepEqual(order({ zoneOrder: ['zone-b'] })[0], ['zone-b', 'node-3']);
  });

  it('tells of each node what leaves, in its order, and what stays', () => {
    const pods = [
      drainPod({ name: 'ingester-0', node: 'node-1' }),
      drainPod({ name: 'ingester-3', node: 'node-1' }),
      drainPod({ name: 'ingester-1', node: 'node-3' }),
    ];
    const { zones } = plan({ nodes: NODES, pods });
    assert.deepEqual(zones[0]?.nodes[0], {
      node: 'node-1',
      cordoned: false,
      batch: 1,
      leaving: ['cortex/ingester-3', 'cortex/ingester-0'],
      staying: ['cortex/agent-x'],
    });
    assert.deepEqual(zones[1]?.nodes, [
      { node: 'node-3', cordoned: true, batch: 1, leaving: ['cortex/ingester-1'], staying: [] },
    ]);
  });

  it('numbers the nodes that are emptied together', () => {
    const nodes = ['node-1', 'node-2', 'node-3', 'node-4'].map((name) => ({
      name,
      zone: 'zone-a',
      cordoned: name === 'node-4',
    }));
    const pods = ['node-1', 'node-2', 'node-3'].map((node) =>
      drainPod({ name: `of-${node}`, node, zone: 'zone-a' }),
    );
    const batches = (maxNodes?: number) => {
      const { zones } = plan({ nodes, pods }, { maxNodes });
      return zones[0]?.nodes.map(({ batch }) => batch);
    };
    assert.deepEqual(batches(), [1, 1, 1, null]);
    assert.deepEqual(batches(2), [1, 1, 2, null]);
  });

  it('tells what guards the workloads whose pods leave', () => {
    const budgets = { zoneBudgets: ['cortex/zone'], podBudgets: ['cortex/pdb'] };
    const pods = [
      drainPod({ name: 'a-0', node: 'node-1', workload: 'a', ...budgets }),
      drainPod({ name: 'a-1', node: 'node-3', workload: 'a', ...budgets }),
      drainPod({ name: 'b-0', node: 'node-1', workload: 'b', podBudgets: ['cortex/pdb'] }),
      drainPod({ name: 'c-0', node: 'node-1', workload: 'c' }),
      drainPod({ name: 'bare', node: 'node-1', workload: undefined }),
    ];
    const workloads = [
      drainWorkload({ key: 'c', label: 'deployment/c' }),
      drainWorkload({ key: 'b', label: 'statefulset/b', guard: 'pod-budget' }),
      drainWorkload({ key: 'a', label: 'statefulset/a', guard: 'zone-budget' }),
      drainWorkload({ key: 'elsewhere', label: 'statefulset/elsewhere', guard: 'zone-budget' }),
    ];
    const namespace = 'cortex';
    assert.deepEqual(plan({ nodes: NODES, pods, workloads }).workloads, [
      { namespace, workload: 'deployment/c', guard: 'none', zoneBudgets: [], podBudgets: [], pods: 1 },
      { namespace, workload: 'statefulset/a', guard: 'zone-budget', ...budgets, pods: 2 },
      { namespace, workload: 'statefulset/b', guard: 'pod-budget', ...budgets, zoneBudgets: [], pods: 1 },
    ]);
  });
});
