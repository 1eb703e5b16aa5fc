import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { runSteer, type Turn } from '../../../plugin/rollout/give-order.ts';
import { testContext } from '../../helpers/context.ts';
import { type FakeKube, fakeKube } from '../../helpers/fake-kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const NAME = 'zone-rollout-statefulset-ingester';

/** An order to a rollout whose holder renewed its Lease so long ago. */
async function order(what: Turn, renewedBeforeMs: number, renews = false) {
  const clock = manualClock();
  const kube = fakeKube(clock);
  kube.put('/apis/apps/v1/namespaces/default/statefulsets', {
    metadata: { name: 'ingester', namespace: 'default', uid: 'set' },
    spec: {
      selector: { matchLabels: { app: 'ingester' } },
      template: { spec: { containers: [{ name: 'main', image: 'app:v1' }] } },
    },
  });
  kube.put(LEASES, {
    metadata: { name: NAME, namespace: 'default' },
    spec: {
      holderIdentity: 'bob@server/1/x',
      leaseDurationSeconds: 15,
      renewTime: new Date(clock.nowMs() - renewedBeforeMs).toISOString(),
    },
  });
  const { context, stdout } = testContext({});
  const request = {
    turn: what,
    target: { kind: 'statefulset', name: 'ingester' },
    reason: '',
    connection: {},
  } as const;
  let over = false;
  const ordered = runSteer(request, { ...context, clock, connect: async () => kube });
  const end = () => {
    over = true;
  };
  ordered.then(end, end);
  while (!over) {
    clock.advance(1_000);
    if (renews && !over) renew(kube);
    for (let turns = 0; turns < 5; turns += 1) await turn();
  }
  await ordered;
  const annotations = kube.get(LEASES, NAME)?.metadata.annotations ?? {};
  return { said: stdout.text, annotations: JSON.stringify(annotations) };
}

/** As a holder whose clock is years behind. */
function renew(kube: FakeKube): void {
  const lease = kube.get(LEASES, NAME);
  assert.ok(lease);
  const spec = lease.spec as { renewTime: string };
  const renewTime = new Date(Date.parse(spec.renewTime) + 1).toISOString();
  kube.put(LEASES, { ...lease, spec: { ...spec, renewTime } });
}

describe('an order from another terminal', () => {
  const HOUR_MS = 3_600_000;

  it('to pause is taken at once where the Lease was renewed lately', async () => {
    assert.match((await order('pause', 5_000)).said, /paused/);
  });

  for (const renewedBeforeMs of [5_000, HOUR_MS, -HOUR_MS]) {
    const ago = `the times in the Lease are ${renewedBeforeMs / 1000}s old`;

    it(`to abort is taken by a holder that renews, when ${ago}`, async () => {
      const { said, annotations } = await order('abort', renewedBeforeMs, true);
      assert.match(said, /aborted; no more pods will be replaced/);
      assert.match(annotations, /kubectl-zone.dev\/aborted/);
    });

    it(`to pause is taken by a holder that renews, when ${ago}`, async () => {
      const { said, annotations } = await order('pause', renewedBeforeMs, true);
      assert.match(said, /paused/);
      assert.match(annotations, /kubectl-zone.dev\/paused/);
    });

    it(`to abort finds nobody where the holder was killed, when ${ago}`, async () => {
      await assert.rejects(order('abort', renewedBeforeMs), /is not being rolled out.*nothing to abort/);
    });
  }

  it('to pause is refused where the holder was killed', async () => {
    await assert.rejects(order('pause', 16_000), /is not being rolled out.*nothing to pause/);
  });
});
