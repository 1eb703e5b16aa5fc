import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readNode, type StatefulSet } from '../../../../shared/kube/objects.ts';
import { groupsOf, idOfGroup } from '../../../../shared/rollout/decide/groups.ts';
import { emptyMemory, remember } from '../../../../shared/rollout/decide/memory.ts';
import type { LeftSet } from '../../../../shared/rollout/decide/observe-sets.ts';
import { tallyObservation } from '../../../../shared/rollout/decide/pods.ts';
import { zoneOfSet } from '../../../../shared/rollout/decide/set-zone.ts';
import { podsOfUnknownZone } from '../../../../shared/rollout/decide/unknown-zone.ts';
import { FIRST_LOOK, oldRevisionOf, setsWorkload } from '../../../../shared/rollout/decide/workload.ts';
import { loki, mimir } from '../../../helpers/layouts.ts';
import { podOf, served } from './sets.ts';

const LAYOUT = { instance: 'prod', namespace: 'metrics', replicas: 2 };
const MIMIR = served(mimir(LAYOUT));
const nodes = new Map(
  ['eu-1a', 'eu-1b'].map((zone, index) => {
    const name = `node-${index + 1}`;
    return [name, readNode({ metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } } })];
  }),
);

function workload(sets: readonly StatefulSet[], left: readonly LeftSet[] = []) {
  const [group] = groupsOf(sets);
  assert.ok(group);
  return setsWorkload(idOfGroup(group, false), sets, left);
}

describe('the zone of a StatefulSet', () => {
  const zone = (name: string, labels: Record<string, string> = {}) =>
    zoneOfSet({ metadata: { name, labels } as StatefulSet['metadata'] });

  it('is that of its label, otherwise the end of its label name or its name', () => {
    assert.deepEqual(MIMIR.map(zoneOfSet), ['zone-a', 'zone-b', 'zone-c']);
    assert.deepEqual(served(loki(LAYOUT)).map(zoneOfSet), ['zone-a', 'zone-b', 'zone-c']);
    assert.equal(zone('ingester-zone-a', { zone: 'eu-1' }), 'eu-1');
    assert.equal(zone('store', { name: 'store-zone-b' }), 'zone-b');
    assert.equal(zone('zone-store-zone-eu-west-1'), 'zone-eu-west-1');
    assert.equal(zone('zone-a'), 'zone-a');
  });

  it('is unknown where no name tells it', () => {
    for (const name of ['ingester', 'ingester-zone', 'ingester-zone-', 'ozone-a', 'ingester-a']) {
      assert.equal(zone(name), undefined, name);
    }
    assert.equal(zone('ingester', { zone: '' }), undefined);
  });
});

describe('observing a group of StatefulSets', () => {
  it('has the pods of all of them, each with the revision and the zone of its own', () => {
    const [a, b, c] = MIMIR;
    assert.ok(a && b && c);
    const pods = [
      podOf(a, 0),
      podOf(a, 1, { labels: { 'controller-revision-hash': `${a.metadata.name}-new` } }),
      podOf(b, 0, { spec: { nodeName: undefined }, status: { conditions: [] } }),
      podOf(c, 0),
      podOf(c, 1, { labels: { 'controller-revision-hash': `${a.metadata.name}-new` } }),
    ];
    const group = workload(MIMIR);
    const seen = group.observe({ pods, nodes }, FIRST_LOOK);
    assert.equal(seen.replicas, 6);
    assert.deepEqual(
      seen.pods.map(({ name, zone, stale }) => [name.slice('prod-mimir-ingester-'.length), zone, stale]),
      [
        ['zone-a-0', 'zone-a', true],
        ['zone-a-1', 'zone-a', false],
        ['zone-b-0', 'zone-b', true],
        ['zone-c-0', 'zone-c', true],
        ['zone-c-1', 'zone-c', true],
      ],
    );
    assert.deepEqual(seen.missing, ['prod-mimir-ingester-zone-b-1']);
    const memory = remember(
      emptyMemory(seen.updateRevision),
      seen,
      { minReadyMs: 0 },
      { nowMs: 0, monotonicMs: 0 },
    );
    assert.deepEqual(
      tallyObservation(seen, memory, 0, 0).map(({ zone, total, down }) => [zone, total, down.length]),
      [
        ['zone-a', 2, 0],
        ['zone-b', 2, 2],
        ['zone-c', 2, 0],
      ],
    );
    assert.deepEqual(
      pods.map((pod) => oldRevisionOf(group, pod) !== undefined),
      [true, false, true, true, true],
    );
  });

  it('has another revision as soon as one of them has, joins or leaves', () => {
    const revisions = new Set([
      workload(MIMIR).updateRevision,
      workload([...MIMIR.slice(0, 2), ...served(mimir(LAYOUT).slice(2), { updateRevision: 'other' })])
        .updateRevision,
      workload(MIMIR.slice(0, 2)).updateRevision,
      workload(served(mimir({ ...LAYOUT, zones: ['zone-a', 'zone-b', 'zone-c', 'zone-d'] }))).updateRevision,
    ]);
    assert.equal(revisions.size, 4);
    const unseen = served(mimir(LAYOUT).slice(0, 1), { updateRevision: '' });
    assert.equal(workload([...unseen, ...MIMIR.slice(1)]).updateRevision, '');
  });

  it('takes zones from nodes or pods where that is asked for', () => {
    const [a] = MIMIR;
    assert.ok(a);
    const pods = [podOf(a, 0), podOf(a, 1, { spec: { nodeName: 'node-2' } })];
    const zonesBy = (zones: Parameters<ReturnType<typeof workload>['observe']>[0]['zones']) =>
      workload(MIMIR)
        .observe({ pods, nodes, zones }, FIRST_LOOK)
        .pods.map(({ zone }) => zone);
    assert.deepEqual(zonesBy(undefined), ['zone-a', 'zone-a']);
    assert.deepEqual(zonesBy({ kind: 'node-label', key: 'topology.kubernetes.io/zone' }), ['eu-1a', 'eu-1b']);
    assert.deepEqual(zonesBy({ kind: 'pod-label', key: 'zone' }), [undefined, undefined]);
  });

  it('has the one zone of its pods for a StatefulSet that no name gives a zone', () => {
    const sets = served(mimir({ ...LAYOUT, zones: ['a', 'b'] })).map((set) => {
      const { zone: _, name: __, ...labels } = set.metadata.labels;
      return { ...set, metadata: { ...set.metadata, labels } };
    });
    const [a, b] = sets;
    assert.ok(a && b);
    const pending = podOf(a, 1, { spec: { nodeName: undefined } });
    const seen = workload(sets).observe({ pods: [podOf(a, 0), pending], nodes }, FIRST_LOOK);
    assert.deepEqual(
      seen.pods.map(({ zone }) => zone),
      ['eu-1a', 'eu-1a'],
    );
    const nowhere = podOf(b, 0, { spec: { nodeName: 'node-x' } });
    const unknown = workload(sets).observe({ pods: [nowhere], nodes }, FIRST_LOOK);
    assert.equal(podsOfUnknownZone(unknown).length, 1);
  });

  it('counts pods of a StatefulSet that has left, and replaces none of them', () => {
    const [a, b, c] = MIMIR;
    assert.ok(a && b && c);
    const pods = [podOf(a, 0), podOf(b, 0), podOf(c, 0)];
    const seen = (exists: boolean) =>
      workload([a, b], [{ statefulSet: c, exists }]).observe({ pods, nodes }, FIRST_LOOK);
    const leftBehind = (exists: boolean) => seen(exists).pods.at(-1);
    assert.deepEqual([leftBehind(true)?.stale, leftBehind(true)?.surplus], [false, false]);
    assert.ok(seen(true).missing.includes(`${c.metadata.name}-1`), 'one may be missing because of us');
    assert.deepEqual([leftBehind(false)?.stale, leftBehind(false)?.surplus], [false, true]);
    assert.ok(!seen(false).missing.includes(`${c.metadata.name}-1`), 'deleted: none is expected');
    assert.equal(seen(false).replicas, 4);
  });
});
