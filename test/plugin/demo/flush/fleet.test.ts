import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fleetOf, isSettled, isWhole } from '../../../../plugin/demo/flush/fleet.ts';
import { cortexScenario, demandOf } from '../../../../plugin/demo/flush/scenario.ts';
import { type Pod, readPod } from '../../../../shared/kube/objects.ts';

const NEW = 'cortex:v2';
const DEMAND = demandOf(cortexScenario(3));

interface Look {
  zone?: string;
  image?: string;
  phase?: string;
  ready?: boolean;
  going?: boolean;
}

function pod({
  zone = 'zone-a',
  image = NEW,
  phase = 'Running',
  ready = true,
  going = false,
}: Look = {}): Pod {
  return readPod({
    metadata: {
      name: 'ingester-0',
      labels: { 'topology.kubernetes.io/zone': zone },
      ...(going && { deletionTimestamp: '2026-01-01T00:40:00Z', deletionGracePeriodSeconds: 2400 }),
    },
    spec: { containers: [{ name: 'ingester', image }] },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  });
}

describe('fleetOf', () => {
  it('counts terminating pods as flushing, with their zones', () => {
    const pods = [pod(), pod({ going: true, zone: 'zone-c' }), pod({ going: true }), pod({ going: true })];
    const { flushing, zones, serving, writesPerSecond } = fleetOf(pods, NEW, DEMAND);
    assert.deepEqual({ flushing, zones, serving }, { flushing: 3, zones: ['zone-a', 'zone-c'], serving: 1 });
    assert.equal(Math.round(writesPerSecond), 8_167);
  });

  it('does not count a terminating pod that never ran: it holds nothing', () => {
    assert.equal(fleetOf([pod({ going: true, phase: 'Pending', ready: false })], NEW, DEMAND).flushing, 0);
  });
});

describe('a fleet', () => {
  const settled = (...pods: Pod[]) => isSettled(fleetOf(pods, NEW, DEMAND), 2);

  it('is settled when every pod is new and ready, and none flushes any more', () => {
    assert.equal(settled(pod(), pod()), true);
    assert.equal(settled(pod()), false, 'one is missing');
    assert.equal(settled(pod(), pod({ ready: false })), false, 'one is not ready');
    assert.equal(settled(pod(), pod({ image: 'cortex:v1' })), false, 'one is old');
    assert.equal(settled(pod(), pod(), pod({ going: true, image: 'cortex:v1' })), false, 'one flushes');
  });

  it('is whole before the rollout too', () => {
    const old = pod({ image: 'cortex:v1' });
    assert.equal(isWhole(fleetOf([old, old], NEW, DEMAND), 2), true);
  });
});
