import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { CountedOwners } from '../../../plugin/drain/counted-owners.ts';
import { type DrainRecord, readDrainRecord } from '../../../plugin/drain/pod-store.ts';
import type { ObservedCluster } from '../../../shared/budget/decide/observe.ts';

type Read = 'no-scale' | 'failed' | 'scale' | undefined;
const CLUSTER = { apiVersion: 'kafka.strimzi.io/v1', kind: 'StrimziPodSet', name: 'kafka', uid: 'set-1' };

function podOf(name: string, more: { restartPolicy?: string; phase?: string } = {}): DrainRecord {
  const { restartPolicy = 'Always', phase = 'Running' } = more;
  return readDrainRecord({
    metadata: { name, namespace: 'prod', uid: `uid-${name}` },
    spec: { nodeName: 'node-1', containers: [], restartPolicy },
    status: { phase },
  });
}

describe('owners that tell no number of pods', () => {
  let owners: CountedOwners;
  let pods: DrainRecord[];
  let read: Read;
  beforeEach(() => {
    owners = new CountedOwners();
    pods = ['kafka-0', 'kafka-1', 'kafka-2'].map((name) => podOf(name));
    read = 'no-scale';
  });

  const find = (controller: Partial<typeof CLUSTER> = {}) => {
    const cluster = {
      workloads: { byUid: () => undefined },
      scaleOf: () => read && { kind: read },
    } as unknown as ObservedCluster<DrainRecord>;
    const owned = { namespace: 'prod', name: 'kafka-0', controller: { ...CLUSTER, ...controller } };
    return owners.ownerOf(owned, cluster, () => pods);
  };

  it('should have as many as ran when they were seen first', () => {
    assert.equal(find()?.replicas, 3);
    pods = pods.slice(0, 1);
    assert.equal(find()?.replicas, 3, 'two are missing');
    pods = [];
    assert.equal(find()?.replicas, 3, 'all are missing');
  });

  it('are counted also when their scale cannot be read, and not before it was asked for', () => {
    read = undefined;
    assert.equal(find(), undefined);
    read = 'scale';
    assert.equal(find(), undefined);
    read = 'failed';
    assert.equal(find()?.replicas, 3);
  });

  it('should have what their scale said before it could not be read any more', () => {
    const owner = find();
    assert.ok(owner);
    owners.remember({ ...owner, replicas: 5 });
    read = 'failed';
    assert.equal(find()?.replicas, 5);
  });

  it('miss no pod that runs to its end', () => {
    pods.push(podOf('import', { restartPolicy: 'Never' }));
    assert.equal(find()?.replicas, 0);
  });

  it('do not count pods that have ended', () => {
    pods.push(podOf('old', { phase: 'Succeeded' }));
    assert.equal(find()?.replicas, 3);
  });

  it('are none whose pods do not come back on another node', () => {
    for (const [apiVersion, kind] of [
      ['apps/v1', 'DaemonSet'],
      ['batch/v1', 'Job'],
      ['v1', 'Node'],
    ] as const) {
      assert.equal(find({ apiVersion, kind }), undefined, kind);
    }
  });
});
