import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comparePods, orderDrainZones } from '../../../../plugin/drain/decide/order.ts';
import { node, pod } from './builders.ts';

describe('the order of a drain', () => {
  it('has the zones asked for first, the others by name, nodes without a label last', () => {
    const nodes = [undefined, 'zone-b', 'zone-c', 'zone-a', 'zone-b'].map((zone) => node('any', zone));
    assert.deepEqual(orderDrainZones(nodes, ['zone-c', 'zone-x']), ['zone-c', 'zone-a', 'zone-b', undefined]);
    assert.deepEqual(orderDrainZones(nodes.slice(1, 2), []), ['zone-b']);
  });

  it('has pods that are down first, then by namespace and name, ordinals as numbers from the highest', () => {
    const on = node('a1', 'zone-a');
    const pods = [
      pod('ingester-9', on),
      pod('ingester-10', on),
      pod('distributor-7d4f-xk2', on),
      pod('ingester-1', on, { available: false }),
      pod('zoo-1', on, { namespace: 'dev' }),
    ];
    assert.deepEqual(
      pods.sort(comparePods).map(({ name }) => name),
      ['ingester-1', 'zoo-1', 'distributor-7d4f-xk2', 'ingester-10', 'ingester-9'],
    );
  });
});
