import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runSteer, type Turn } from '../../../plugin/rollout/steer.ts';
import { testContext } from '../../helpers/context.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const NAME = 'zone-rollout-statefulset-ingester';

/** An order to a rollout whose holder renewed its Lease so long ago. */
async function order(turn: Turn, renewedBeforeMs: number) {
  const clock = manualClock();
  const kube = fakeKube();
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
    turn,
    target: { kind: 'statefulset', name: 'ingester' },
    reason: '',
    connection: {},
  } as const;
  await runSteer(request, { ...context, clock, connect: async () => kube });
  return stdout.text;
}

describe('an order from another terminal', () => {
  for (const turn of ['pause', 'abort'] as const) {
    it(`to ${turn} is taken while the holder renews its Lease`, async () => {
      assert.match(await order(turn, 5_000), turn === 'pause' ? /paused/ : /stops where it is/);
    });

    it(`to ${turn} is refused where the holder was killed`, async () => {
      await assert.rejects(order(turn, 16_000), new RegExp(`is not being rolled out.*nothing to ${turn}`));
    });
  }
});
