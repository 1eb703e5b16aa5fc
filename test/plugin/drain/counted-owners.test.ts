import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { CountedOwners } from '../../../plugin/drain/counted-owners.ts';
import { type DrainRecord, readDrainRecord } from '../../../plugin/drain/pod-store.ts';
import type { ObservedCluster } from '../../../shared/budget/decide/observe.ts';

type Read = 'no-scale' | 'failed' | 'scale' | undefined;
const CLUSTER = { apiVersion: 'kafka.strimzi.io/v1', kind: 'StrimziPodSet', name: 'kafka', uid: 'set-1' };

interface PodShape {
  restartPolicy?: string;
  phase?: string;
  createdAt?: string;
  /** When its deletion was requested. */
  deletedAt?: string;
}

function podOf(name: string, more: PodShape = {}): DrainRecord {
  const { restartPolicy = 'Always', phase = 'Running', createdAt, deletedAt } = more;
  const deletion = deletedAt && {
    deletionTimestamp: new Date(Date.parse(deletedAt) + 30_000).toISOString(),
    deletionGracePeriodSeconds: 30,
  };
  return readDrainRecord({
    metadata: { name, namespace: 'prod', uid: `uid-${name}`, creationTimestamp: createdAt, ...deletion },
    spec: { nodeName: 'node-1', containers: [], restartPolicy },
    status: { phase },
  });
}

describe('owners that tell no number of pods', () => {
  let owners: CountedOwners;
  let notes: number | undefined;
  let pods: DrainRecord[];
  let read: Read;
  beforeEach(() => {
    notes = undefined;
    owners = new CountedOwners({ noted: () => notes });
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
  const expected = () => find()?.owner.replicas;

  it('should have as many as ran when they were seen first', () => {
    assert.equal(expected(), 3);
    pods = pods.slice(0, 1);
    assert.equal(expected(), 3, 'two are missing');
    pods = [];
    assert.equal(expected(), 3, 'all are missing');
  });

  it('are counted also when their scale cannot be read, and not before it was asked for', () => {
    read = undefined;
    assert.equal(find(), undefined);
    read = 'scale';
    assert.equal(find(), undefined);
    read = 'failed';
    assert.equal(expected(), 3);
  });

  it('should have what their scale said before it could not be read any more', () => {
    const owner = find()?.owner;
    assert.ok(owner);
    owners.remember({ ...owner, replicas: 5 });
    read = 'failed';
    assert.equal(expected(), 5);
  });

  it('should have more once more of them run', () => {
    expected();
    pods.push(podOf('kafka-3'));
    assert.equal(expected(), 4);
    pods.pop();
    assert.equal(expected(), 4, 'one is missing');
  });

  it('should have one where one terminates and its successor runs', () => {
    const deletedAt = '2026-01-01T12:00:00Z';
    const others = [podOf('kafka-x', { createdAt: '2026-01-01T08:00:00Z' })];
    const leaving = podOf('kafka-y', { createdAt: '2026-01-01T08:00:00Z', deletedAt });
    const successor = podOf('kafka-z', { createdAt: '2026-01-01T12:00:01Z' });
    pods = [...others, leaving, successor];
    assert.equal(expected(), 2);
    owners = new CountedOwners({ noted: () => undefined });
    pods = [...others, leaving];
    assert.equal(expected(), 2, 'its successor is not there yet');
    pods = [...others, leaving, successor];
    assert.equal(expected(), 2, 'and is not one more');
  });

  it('should have what an unfinished drain has noted, if that was more', () => {
    notes = 5;
    assert.deepEqual([expected(), find()?.isNoted, find()?.running], [5, true, 3]);
    notes = 2;
    owners = new CountedOwners({ noted: () => notes });
    assert.deepEqual([expected(), find()?.isNoted], [3, false]);
  });

  it('miss no pod that runs to its end', () => {
    pods.push(podOf('import', { restartPolicy: 'Never' }));
    assert.equal(expected(), 0);
  });

  it('do not count pods that have ended', () => {
    pods.push(podOf('old', { phase: 'Succeeded' }));
    assert.equal(expected(), 3);
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
