import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Pod, readPod } from '../../../../shared/kube/objects.ts';
import {
  COST_ANNOTATION,
  COST_BEFORE_ANNOTATION,
  costChanges,
  costRestored,
  deletionCost,
  goFirst,
} from '../../../../shared/rollout/decide/deletion-cost.ts';

function pod(name: string, annotations: Record<string, string> = {}): Pod {
  return readPod({ metadata: { name, uid: name, annotations }, spec: {}, status: {} });
}

/** The pods once the changes are made. */
function changed(pods: readonly Pod[], order: readonly Pod[], others: readonly Pod[] = []): Pod[] {
  const changes = costChanges(order, others);
  return pods.map(({ metadata: { name, annotations } }) => {
    const after = { ...annotations, ...changes.get(name) };
    return pod(
      name,
      Object.fromEntries(
        Object.entries(after).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
      ),
    );
  });
}

describe('deletion costs', () => {
  it('are read as the ReplicaSet controller reads them', () => {
    const costs = ['7', '-2147483648', '', 'x', '+1', '01', '1.5'];
    const read = costs.map((cost) => deletionCost(pod('a', { [COST_ANNOTATION]: cost })));
    assert.deepEqual(read, [7, -2_147_483_648, 0, 0, 0, 0, 0]);
    assert.equal(deletionCost(pod('a')), 0);
  });

  it('let pods go in the order given, before all others', () => {
    const pods = [pod('a', { [COST_ANNOTATION]: '-1000000' }), pod('b'), pod('c'), pod('d')];
    const [a, b, c, d] = pods as [Pod, Pod, Pod, Pod];
    assert.equal(goFirst([c], [a, b, d]), false);
    const [a2, b2, c2, d2] = changed(pods, [c, b]) as [Pod, Pod, Pod, Pod];
    assert.equal(goFirst([c2], [a2, b2, d2]), true);
    assert.equal(goFirst([c2, b2], [a2, d2]), true);
    assert.equal(goFirst([b2], [a2, c2]), false);

    const [b3] = changed([b2], [b2], [c2]);
    assert.ok(b3);
    assert.equal(goFirst([b3], [a2, c2, d2]), true);
  });

  it('are not written twice', () => {
    const [c] = changed([pod('c')], [pod('c')]);
    assert.ok(c);
    assert.equal(costChanges([c]).size, 0);
  });

  it('come back as they were, also after they were changed twice', () => {
    const own = { [COST_ANNOTATION]: '5' };
    const [a, b] = changed([pod('a', own), pod('b')], [pod('a', own), pod('b')]) as [Pod, Pod];
    const [a2, b2] = changed([a, b], [b, a]) as [Pod, Pod];
    assert.deepEqual(costRestored(a2), { [COST_ANNOTATION]: '5', [COST_BEFORE_ANNOTATION]: null });
    assert.deepEqual(costRestored(b2), { [COST_ANNOTATION]: null, [COST_BEFORE_ANNOTATION]: null });
    assert.equal(costRestored(pod('c', own)), undefined);
  });
});
