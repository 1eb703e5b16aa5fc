import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Rollouts, watchRollouts } from '../../../plugin/drain/rollouts.ts';
import { apiError, type FakeKube, fakeKube } from '../../helpers/fake-kube.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import { settle } from './fake-cluster.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/cortex/leases';
const INGESTER = { namespace: 'cortex', kind: 'statefulset', name: 'ingester' };

describe('rollouts that a drain sees', () => {
  let kube: FakeKube;
  let clock: ManualClock;
  let rollouts: Rollouts;
  let changes: number;

  beforeEach(() => {
    kube = fakeKube();
    clock = manualClock();
    changes = 0;
    rollouts = watchRollouts({
      kube,
      clock,
      random: () => 0.5,
      onConnection: () => {},
      onProblem: assert.fail,
      onChange: () => {
        changes += 1;
      },
    });
  });
  afterEach(() => rollouts.stop());

  const renew = (
    holderIdentity: string,
    name = 'zone-rollout-statefulset-ingester',
    renewedMs = clock.nowMs(),
  ) =>
    kube.put(LEASES, {
      metadata: { name, namespace: 'cortex' },
      spec: { holderIdentity, leaseDurationSeconds: 15, renewTime: new Date(renewedMs).toISOString() },
    });
  const holder = () => {
    const found = rollouts.holderOf(INGESTER);
    return found === 'unclear' ? found : found.name;
  };
  const looked = async () => {
    holder();
    await settle();
  };

  it('are unclear until the Leases of the namespace are known', async () => {
    assert.equal(holder(), 'unclear');
    await settle();
    assert.equal(holder(), undefined);
    assert.ok(changes > 0);
  });

  it('name the holder as long as it renews', async () => {
    renew('anna@laptop/1/x');
    await looked();
    assert.deepEqual(rollouts.holderOf(INGESTER), {
      name: 'anna@laptop/1/x',
      forMs: 15_000,
    });
    clock.advance(14_999);
    assert.equal(holder(), 'anna@laptop/1/x');
    renew('anna@laptop/1/x');
    await settle();
    clock.advance(14_999);
    assert.equal(holder(), 'anna@laptop/1/x');
    clock.advance(1);
    assert.equal(holder(), undefined);
  });

  it('end when the Lease is released', async () => {
    renew('anna@laptop/1/x');
    await looked();
    const before = changes;
    renew('');
    await settle();
    assert.equal(holder(), undefined);
    assert.ok(changes > before);
  });

  it('are believed by the renewals that are seen, whatever the times in the Lease say', async () => {
    renew('anna@laptop/1/x', 'zone-rollout-statefulset-ingester', clock.nowMs() - 3_600_000);
    await looked();
    assert.equal(holder(), 'anna@laptop/1/x', 'its clock may be an hour behind');
    clock.setWall(3_600_000);
    assert.equal(holder(), 'anna@laptop/1/x', 'our own clock was set');
    clock.advance(15_000);
    assert.equal(holder(), undefined);
  });

  it('are not believed for an annotation that somebody writes, nor after the Lease is deleted', async () => {
    renew('anna@laptop/1/x', undefined, 1_000);
    await looked();
    clock.advance(14_999);
    renew('anna@laptop/1/x', undefined, 1_000);
    await settle();
    clock.advance(1);
    assert.equal(holder(), undefined);
    renew('anna@laptop/1/x');
    await settle();
    assert.equal(holder(), 'anna@laptop/1/x');
    kube.remove(LEASES, 'zone-rollout-statefulset-ingester');
    await settle();
    assert.equal(holder(), undefined);
    assert.equal(rollouts.leaseOf('cortex', 'zone-rollout-statefulset-ingester'), undefined);
  });

  it('are not those of other workloads', async () => {
    renew('anna@laptop/1/x', 'zone-rollout-statefulset-querier');
    await looked();
    assert.equal(holder(), undefined);
  });

  it('cannot be seen where Leases may not be read', async () => {
    kube.before = () => {
      throw apiError(403, 'Forbidden');
    };
    await looked();
    assert.equal(holder(), undefined);
    assert.deepEqual([...rollouts.unreadable], ['cortex']);
    assert.equal(rollouts.staleSinceMs, undefined);
  });
});
