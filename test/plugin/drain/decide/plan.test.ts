import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planDrain } from '../../../../plugin/drain/decide/plan.ts';
import { node, OPTIONS, observation, pod } from './builders.ts';

const [a0, a1, a2] = [node('a0', 'zone-a'), node('a1', 'zone-a'), node('a2', 'zone-a')];
const a3 = node('a3', 'zone-a', true);
const b1 = node('b1', 'zone-b', true);
const x1 = node('x1', undefined);
const nodes = [a3, a2, a1, a0, b1, x1];

describe('the plan of a drain', () => {
  const pods = [
    pod('ingester-9', a1),
    pod('ingester-10', a1),
    pod('ingester-2', a2),
    pod('ingester-3', a3),
    pod('ingester-4', x1),
  ];

  it('has zones in order, with their nodes by name and the pods that leave', () => {
    const { zones, unlabelled } = planDrain(observation({ nodes, pods }), {
      ...OPTIONS,
      zoneOrder: ['zone-b'],
    });
    assert.deepEqual(
      zones.map(({ zone, nodes: rows, batches }) => [
        zone,
        rows.map((row) => [row.name, ...row.pods.map(({ name }) => name)]),
        batches,
      ]),
      [
        ['zone-b', [['b1']], []],
        [
          'zone-a',
          [['a0'], ['a1', 'ingester-10', 'ingester-9'], ['a2', 'ingester-2'], ['a3', 'ingester-3']],
          [['a0', 'a1', 'a2', 'a3']],
        ],
        [undefined, [['x1']], [['x1']]],
      ],
    );
    assert.deepEqual(
      unlabelled.map(({ name }) => name),
      ['ingester-4'],
    );
  });

  it('goes on with cordoned nodes first, and takes empty ones along', () => {
    const { zones } = planDrain(observation({ nodes, pods }), { ...OPTIONS, maxNodes: 1 });
    assert.deepEqual(zones[0]?.batches, [['a0', 'a3'], ['a1'], ['a2']]);
  });
});
