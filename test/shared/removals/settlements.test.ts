import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { REQUEST_LIFE_MS } from '../../../shared/removals/decide/unanswered.ts';
import { type PodToSettle, Settlements } from '../../../shared/removals/settlements.ts';
import { apiError, type FakeKube, type FakeObject, fakeKube } from '../../helpers/fake-kube.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import { settle } from '../../plugin/drain/fake-cluster.ts';

const PODS = '/api/v1/namespaces/prod/pods';
const ANY = { kind: 'any', by: 'a drain that died' } as const;

describe('requests of an earlier holder of a Lease', () => {
  let kube: FakeKube;
  let clock: ManualClock;
  let settlements: Settlements;
  let over: string[];
  let looks: number;

  beforeEach(() => {
    kube = fakeKube();
    clock = manualClock();
    over = [];
    looks = 0;
    settlements = new Settlements({
      kube,
      clock,
      onOver: (key) => void over.push(key),
      onChange: () => {
        looks += 1;
      },
    });
    for (const name of ['ing-0', 'ing-1']) {
      kube.put(PODS, { metadata: { name, namespace: 'prod' }, spec: {}, status: {} });
    }
  });

  const seen = (...names: string[]): PodToSettle[] =>
    names.map((name) => {
      const { uid = '', resourceVersion = '' } = kube.get(PODS, name)?.metadata ?? {};
      return { namespace: 'prod', name, uid, resourceVersion, terminating: false, marked: false };
    });
  const patched = () => kube.requests.filter(({ method }) => method === 'PATCH').length;
  const change = (name: string, status: object) =>
    kube.put(PODS, { ...(kube.get(PODS, name) as FakeObject), status });

  it('are made impossible by a change of each pod; the watch has to show it', async () => {
    settlements.begin('ing', ANY);
    const before = seen('ing-0', 'ing-1');
    settlements.look('ing', before);
    await settle();
    assert.equal(patched(), 2);
    assert.ok(looks > 0);
    settlements.look('ing', before);
    assert.deepEqual([settlements.of('ing'), over], [ANY, []]);
    settlements.look('ing', seen('ing-0', 'ing-1'));
    assert.deepEqual([settlements.of('ing'), over, patched()], [undefined, ['ing'], 2]);
  });

  it('concern no other pods than those that are named', async () => {
    settlements.begin('ing', { kind: 'named', by: 'x', uids: [seen('ing-1')[0]?.uid ?? ''] });
    settlements.look('ing', seen('ing-0', 'ing-1'));
    await settle();
    assert.deepEqual([patched(), kube.get(PODS, 'ing-0')?.metadata.annotations], [1, undefined]);
    settlements.look('ing', seen('ing-0', 'ing-1'));
    assert.deepEqual(over, ['ing']);
  });

  it('end with their time where pods may not be changed, whatever the machine believes', async () => {
    kube.before = () => {
      throw apiError(403, 'Forbidden');
    };
    settlements.begin('ing', ANY);
    settlements.look('ing', seen('ing-0'));
    await settle();
    clock.setWall(10 * REQUEST_LIFE_MS);
    clock.advance(REQUEST_LIFE_MS - 1);
    settlements.look('ing', seen('ing-0'));
    assert.deepEqual(over, []);
    const before = looks;
    clock.advance(1);
    assert.ok(looks > before, 'time alone calls for another look');
    settlements.look('ing', seen('ing-0'));
    assert.deepEqual(over, ['ing']);
  });

  it('are not ended by a change while an API server is about to delete the pod', async () => {
    change('ing-0', { conditions: [{ type: 'DisruptionTarget', status: 'True' }] });
    settlements.begin('ing', ANY);
    settlements.look('ing', seen('ing-0'));
    await settle();
    settlements.look('ing', seen('ing-0'));
    assert.deepEqual(over, []);
    change('ing-0', {});
    clock.advance(2_000);
    settlements.look('ing', seen('ing-0'));
    await settle();
    settlements.look('ing', seen('ing-0'));
    assert.deepEqual([over, patched()], [['ing'], 2]);
  });

  it('are tried again to be made impossible after an error', async () => {
    kube.before = () => {
      throw apiError(500, 'InternalError');
    };
    settlements.begin('ing', ANY);
    settlements.look('ing', seen('ing-0'));
    await settle();
    kube.before = () => {};
    clock.advance(2_000);
    settlements.look('ing', seen('ing-0'));
    await settle();
    settlements.look('ing', seen('ing-0'));
    assert.deepEqual(over, ['ing']);
  });

  it('are waited for where they are not for pods', async () => {
    settlements.begin('web', { kind: 'unbound', by: 'a rollout of a Deployment' });
    settlements.look('web', seen('ing-0'));
    await settle();
    assert.deepEqual([patched(), over], [0, []]);
    clock.advance(REQUEST_LIFE_MS);
    settlements.look('web', seen('ing-0'));
    assert.deepEqual(over, ['web']);
  });
});
