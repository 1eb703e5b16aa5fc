import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rollingStep } from '../../../../plugin/sandbox/controllers/deployment-plan.ts';
import { proportionalScale } from '../../../../plugin/sandbox/controllers/deployment-scale.ts';
import type { ReplicaSet as SandboxSet } from '../../../../plugin/sandbox/controllers/replicaset.ts';
import { HELD_MIN_READY_SECONDS } from '../../../../shared/rollout/decide/deployment-brake.ts';
import {
  type ReplicaSet,
  readReplicaSet,
  readRolledDeployment,
} from '../../../../shared/rollout/decide/deployment-objects.ts';
import {
  isReleaseTaken,
  isSettled,
  maxUnavailableFor,
  type Sets,
  sortSets,
  steer,
  wayOfStep,
} from '../../../../shared/rollout/decide/deployment-step.ts';
import fc from '../../../helpers/seed.ts';
import { deploymentObject, setObject } from './deployment-world.ts';

const HELD = { minReadySeconds: HELD_MIN_READY_SECONDS };

function set(image: string, replicas: number, spec: object = {}, available = replicas): ReplicaSet {
  return readReplicaSet(
    setObject(
      image,
      { replicas, ...spec },
      { replicas, availableReplicas: available, observedGeneration: 1 },
    ),
  );
}

describe('a step of a held Deployment', () => {
  it('takes exactly the pods it is meant to take, however often the controller acts', () => {
    const sizes = fc.record({
      fresh: fc.nat({ max: 10 }),
      old: fc.array(fc.record({ replicas: fc.integer({ min: 1, max: 6 }), down: fc.nat({ max: 6 }) }), {
        minLength: 1,
        maxLength: 3,
      }),
      pods: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(sizes, ({ fresh, old, pods }) => {
        const updated = simulated('new', fresh, 0);
        const olds = old.map(({ replicas, down }, index) =>
          simulated(`old-${index}`, replicas, Math.max(0, replicas - down)),
        );
        const all = olds.reduce((sum, each) => sum + each.spec.replicas, fresh);
        const down = olds.reduce(
          (sum, each) => sum + each.spec.replicas - (each.status?.availableReplicas ?? 0),
          0,
        );
        const wanted = Math.min(pods, all - fresh);
        const sets: Sets = { updated: set('v2', fresh, HELD, 0), old: [] };
        const strategy = { maxSurge: 0, maxUnavailable: maxUnavailableFor(sets, wanted) };
        for (let turn = 0; turn < 20; turn += 1) {
          const plan = rollingStep(all, strategy, updated, olds);
          updated.spec.replicas = plan.newReplicas;
          for (const each of olds) {
            const left = plan.old.get(each) ?? each.spec.replicas;
            const healthy = Math.min(each.status?.availableReplicas ?? 0, left);
            each.spec.replicas = left;
            each.status = { ...each.status, availableReplicas: healthy };
          }
        }
        const taken = updated.spec.replicas - fresh;
        // Pods that are down anyway beyond those of the step keep the controller from taking others.
        assert.ok(taken <= wanted, `${taken} instead of ${wanted}`);
        assert.ok(taken === wanted || down > wanted, `${taken} instead of ${wanted}`);
      }),
    );
  });

  it('is taken when all replicas have a pod again, not when the old one is smaller', () => {
    const deployment = readRolledDeployment(deploymentObject(6));
    assert.equal(isReleaseTaken(deployment, { updated: set('v2', 1), old: [set('v1', 4)] }, 2), false);
    assert.equal(isReleaseTaken(deployment, { updated: set('v2', 2), old: [set('v1', 3)] }, 2), false);
    assert.equal(isReleaseTaken(deployment, { updated: set('v2', 2), old: [set('v1', 4)] }, 2), true);
    assert.equal(isReleaseTaken(deployment, { updated: undefined, old: [set('v1', 6)] }, 1), false);
  });

  it('waits for controllers that have not counted what was written', () => {
    const status = { observedGeneration: 1, availableReplicas: 4 };
    const deployment = readRolledDeployment({ ...deploymentObject(6), status });
    const old = set('v1', 4);
    const updated = set('v2', 2, HELD, 0);
    assert.equal(isSettled(deployment, { updated, old: [old] }), true);
    assert.equal(isSettled(deployment, { updated: set('v2', 2, HELD, 2), old: [old] }), false);
    assert.equal(isSettled(deployment, { updated: set('v2', 2, {}, 0), old: [old] }), false);
    const late = { ...deployment, status: { ...deployment.status, availableReplicas: 6 } };
    assert.equal(isSettled(late, { updated, old: [old] }), false);
    const unseen = { ...deployment, metadata: { ...deployment.metadata, generation: 2 } };
    assert.equal(isSettled(unseen, { updated, old: [old] }), false);
  });
});

describe('a step of a Deployment that stays paused', () => {
  it('takes exactly its pods of exactly its ReplicaSet, or says that it cannot', () => {
    const sizes = fc.record({
      fresh: fc.nat({ max: 8 }),
      old: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 3 }),
      which: fc.nat(),
      pods: fc.integer({ min: 1, max: 4 }),
      isNewest: fc.boolean(),
    });
    fc.assert(
      fc.property(sizes, ({ fresh, old, which, pods, isNewest }) => {
        const replicas = old.reduce((sum, each) => sum + each, fresh);
        const created = (index: number) => new Date(1_000_000 * (index + 1)).toISOString();
        const objects = [fresh, ...old].map((size, index) => {
          const image = `v${index}`;
          const made = setObject(image, { replicas: size }) as { metadata: object };
          const annotations = { 'deployment.kubernetes.io/max-replicas': `${replicas}` };
          const creationTimestamp = created(index === 0 && isNewest ? 9 : index);
          return { ...made, metadata: { ...made.metadata, annotations, creationTimestamp } };
        });
        const [updated, ...olds] = objects.map(readReplicaSet);
        const target = olds[which % olds.length];
        if (!updated || !target) assert.fail();
        const wanted = Math.min(pods, target.replicas);
        const deployment = readRolledDeployment(deploymentObject(replicas));
        const way = wayOfStep(deployment, { updated, old: olds }, target, wanted);
        if (way.kind === 'release') {
          const isTie = olds.length === 1 && wanted === 1 && !isNewest && target.replicas === fresh + 1;
          assert.ok(olds.length > 1 || isTie, 'the controller is let go without need');
          return;
        }
        const simulatedSets = objects.map((object, index) => {
          const size = way.set.metadata.name === `web-v${index}` ? way.replicas : [fresh, ...old][index];
          return { ...object, spec: { replicas: size }, status: {} } as unknown as SandboxSet;
        });
        const [newSet, ...oldSets] = simulatedSets;
        const scale = { replicas, maxSurge: 0, counted: replicas, isRolling: true };
        const sizesThen = proportionalScale(scale, newSet, oldSets);
        const then = simulatedSets.map((set) => sizesThen.get(set) ?? set.spec.replicas);
        const expected = objects.map(({ metadata }, index) => {
          const name = (metadata as unknown as { name: string }).name;
          const size = [fresh, ...old][index] ?? 0;
          if (index === 0) return size + way.pods;
          return name === target.metadata.name ? size - way.pods : size;
        });
        assert.deepEqual(then, expected);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('steering to one of several old ReplicaSets', () => {
  const told = (sets: Sets, target: ReplicaSet) => {
    const change = steer(sets, target, 7);
    return change && [change.set.metadata.name, change.minReadySeconds];
  };

  it('first makes the others look healthy, then the chosen one not', () => {
    const [v0, v1] = [set('v0', 2), set('v1', 3)];
    const [v0Held, v1Held] = [set('v0', 2, HELD, 0), set('v1', 3, HELD, 0)];
    assert.deepEqual(told({ updated: undefined, old: [v0, v1Held] }, v0), ['web-v1', 7]);
    assert.deepEqual(told({ updated: undefined, old: [v0, v1] }, v0), ['web-v0', HELD_MIN_READY_SECONDS]);
    assert.equal(told({ updated: undefined, old: [v0Held, v1] }, v0Held), undefined);
  });

  it('leaves a single one as healthy as it is', () => {
    const v1 = set('v1', 3);
    assert.equal(told({ updated: undefined, old: [v1] }, v1), undefined);
    const held = set('v1', 3, HELD, 0);
    assert.deepEqual(told({ updated: undefined, old: [held] }, held), ['web-v1', 7]);
  });
});

describe('the ReplicaSets of a Deployment', () => {
  it('are told by their template, apart from the hash', () => {
    const deployment = readRolledDeployment(deploymentObject(6));
    const sets = sortSets(deployment, [set('v0', 0), set('v1', 4), set('v2', 2)]);
    assert.equal(sets.updated?.metadata.name, 'web-v2');
    assert.deepEqual(
      sets.old.map(({ metadata }) => metadata.name),
      ['web-v1'],
    );
    assert.match(deployment.revision, /^web-[0-9a-f]{8}$/);
  });
});

function simulated(name: string, replicas: number, availableReplicas: number): SandboxSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name },
    spec: { replicas, selector: {}, template: { spec: { containers: [] } } },
    status: { availableReplicas },
  };
}
