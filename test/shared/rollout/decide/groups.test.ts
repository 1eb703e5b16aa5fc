import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StatefulSet } from '../../../../shared/kube/objects.ts';
import {
  annotatedMaxUnavailable,
  canaryGate,
  canaryZones,
  pausedSetGate,
} from '../../../../shared/rollout/decide/grafana.ts';
import { groupsOf, idOfGroup, idOfSelection } from '../../../../shared/rollout/decide/groups.ts';
import { loki, mimir } from '../../../helpers/layouts.ts';
import { served } from './sets.ts';

const LAYOUT = { instance: 'prod', namespace: 'metrics', replicas: 10 };
const MIMIR = served(mimir(LAYOUT));
const LOKI = served(loki(LAYOUT));

function annotated(set: StatefulSet, annotations: Record<string, string>): StatefulSet {
  return { ...set, metadata: { ...set.metadata, annotations } };
}

describe('groups of StatefulSets', () => {
  it('are told apart by name and instance, and those without the label are in none', () => {
    const store = served(mimir(LAYOUT, 'store-gateway'));
    const loose = LOKI.map((set) => ({ ...set, metadata: { ...set.metadata, labels: {} } }));
    const groups = groupsOf([...LOKI, ...MIMIR, ...store, ...loose]);
    assert.deepEqual(
      groups.map(({ name, selector, sets }) => [name, selector, sets.length]),
      [
        ['ingester', 'app.kubernetes.io/name=loki,app.kubernetes.io/instance=prod', 3],
        ['ingester', 'app.kubernetes.io/name=mimir,app.kubernetes.io/instance=prod', 3],
        ['store-gateway', 'app.kubernetes.io/name=mimir,app.kubernetes.io/instance=prod', 3],
      ],
    );
    const ids = groups.map((group) => idOfGroup(group, false));
    assert.equal(new Set(ids.map(({ lease }) => lease)).size, 3);
    assert.match(ids[0]?.lease ?? '', /^zone-rollout-group-ingester-[0-9a-f]{8}$/);
    assert.equal(ids[0]?.target, 'group/ingester');
  });

  it('are named on the command line so that only one is meant', () => {
    const [bare] = groupsOf([
      { ...MIMIR[0], metadata: { ...MIMIR[0]?.metadata, labels: { 'rollout-group': 'x' } } },
    ] as StatefulSet[]);
    assert.ok(bare);
    assert.equal(
      idOfGroup(bare, true).target,
      "group/x -l '!app.kubernetes.io/name,!app.kubernetes.io/instance'",
    );
    assert.equal(idOfSelection('metrics', 'tier=db').target, "sts -l 'tier=db'");
  });
});

describe('the annotation rollout-max-unavailable', () => {
  const limits = (...values: (string | undefined)[]) =>
    annotatedMaxUnavailable(
      MIMIR.map((set, index) =>
        annotated(set, values[index] === undefined ? {} : { 'rollout-max-unavailable': values[index] }),
      ),
    )?.pods;

  it('is a number of pods, or a percentage of one StatefulSet rounded down, at least 1', () => {
    assert.equal(limits('3', '3', '3'), 3);
    assert.equal(limits('25%', '25%', '25%'), 2);
    assert.equal(limits('5%', '5%', '5%'), 1);
    assert.equal(limits(' 100% '), 10);
  });

  it('is the smallest one, and none where no set has it', () => {
    assert.equal(limits('50', '4', undefined), 4);
    assert.equal(limits(), undefined);
  });

  it('is 1 where it is not valid', () => {
    for (const value of ['', '0', '0%', '101%', '-1', '2.5', 'all', '9'.repeat(30)]) {
      assert.equal(limits(value), 1, value);
    }
  });
});

describe('the annotations that hold a group', () => {
  it('a paused set holds all of them', () => {
    const [a, b, c] = MIMIR;
    assert.ok(a && b && c);
    assert.equal(pausedSetGate(MIMIR).state, 'open');
    assert.equal(pausedSetGate([a, annotated(b, { 'grafana.com/rollout-paused': 'false' })]).state, 'open');
    for (const key of ['grafana.com/rollout-paused', 'rollout-paused']) {
      const gate = pausedSetGate([a, annotated(b, { [key]: 'true' }), c]);
      assert.equal(gate.state, 'closed');
      assert.equal(
        gate.reason,
        `statefulset/${b.metadata.name} is paused by the annotation ${key}; resume with: kubectl -n metrics annotate statefulset ${b.metadata.name} ${key}-`,
      );
    }
  });

  it('waits for a canary that is not rolled out with them', () => {
    const [a, ...others] = MIMIR;
    const [canary] = served(mimir({ ...LAYOUT, instance: 'canary' }).slice(0, 1));
    const [behind] = served(mimir({ ...LAYOUT, instance: 'canary' }).slice(0, 1), { readyReplicas: 9 });
    assert.ok(a && canary && behind);
    const sets = [annotated(a, { 'grafana.com/rollout-canary': canary.metadata.name }), ...others];
    const gate = (...there: StatefulSet[]) =>
      canaryGate(sets, new Map(there.map((set) => [set.metadata.name, set])));
    assert.equal(gate(canary).state, 'open');
    assert.match(gate(behind).reason, /has pods that are not updated and Ready$/);
    assert.match(gate().reason, /does not exist in this namespace$/);
    const wanted = sets.map((set) =>
      annotated(set, { ...set.metadata.annotations, 'grafana.com/rollout-revision': 'r2' }),
    );
    assert.match(
      canaryGate(wanted, new Map([[canary.metadata.name, canary]])).reason,
      /is not at rollout-revision r2$/,
    );
  });

  it('rolls out zones of canaries first', () => {
    const [a, b, c] = MIMIR;
    assert.ok(a && b && c);
    assert.deepEqual(canaryZones(MIMIR), []);
    const waits = annotated(a, { 'rollout-canary': `${c.metadata.name}` });
    assert.deepEqual(canaryZones([waits, b, c]), ['zone-b', 'zone-c', 'zone-a']);
    const chain = annotated(c, { 'rollout-canary': `${b.metadata.name}` });
    assert.deepEqual(canaryZones([waits, b, chain]), ['zone-b', 'zone-c', 'zone-a']);
    const circle = annotated(b, { 'rollout-canary': a.metadata.name });
    assert.equal(canaryZones([waits, circle, chain]).length, 3, 'ends');
  });
});
