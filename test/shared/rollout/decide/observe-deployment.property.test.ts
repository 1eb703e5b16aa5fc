import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide } from '../../../../shared/rollout/decide/decide.ts';
import { emptyMemory, remember } from '../../../../shared/rollout/decide/memory.ts';
import { decodeMemory, encodeMemory } from '../../../../shared/rollout/decide/memory-text.ts';
import type { Disrupt, RolloutMemory, RolloutOptions } from '../../../../shared/rollout/decide/types.ts';
import fc from '../../../helpers/seed.ts';
import { at, OPTIONS } from './builders.ts';
import { DeploymentWorld } from './deployment-world.ts';

interface Scenario {
  replicas: number;
  most: number;
  pacing: 'wave' | 'stream';
  events: number[];
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  replicas: fc.integer({ min: 3, max: 9 }),
  most: fc.integer({ min: 1, max: 4 }),
  pacing: fc.constantFrom('wave' as const, 'stream' as const),
  /** What happens; with some of them the process is killed, and another goes on with what the Lease has. */
  events: fc.array(fc.nat({ max: 100_000 }), { minLength: 20, maxLength: 80 }),
});

/** A rollout of a Deployment in a world that it does not see otherwise. */
class Rollout {
  readonly world: DeploymentWorld;
  /** In the order in which they were taken. */
  readonly zones: string[] = [];
  readonly #options: RolloutOptions;
  readonly #most: number;
  #memory: RolloutMemory;

  constructor({ replicas, most, pacing }: Scenario, pending = 0) {
    this.world = new DeploymentWorld(replicas, Math.min(pending, replicas));
    this.#most = most;
    this.#options = { ...OPTIONS, pacing, maxUnavailable: { kind: 'count', count: most } };
    this.#memory = emptyMemory(this.world.observe({ inFlight: [], lastZones: {} }).updateRevision);
  }

  /** @returns whether it is done */
  turn(choice: number): boolean {
    const { world } = this;
    if (choice % 7 === 1) this.#memory = decodeMemory(encodeMemory(this.#memory)) ?? this.#memory;
    const options = this.#options;
    const observation = world.observe(this.#memory);
    assert.equal(observation.pods.length + observation.missing.length, world.replicas, 'a place each');
    this.#memory = remember(this.#memory, observation, options, at(world.nowMs));
    const input = { observation, options, memory: this.#memory, gates: [], ...at(world.nowMs) };
    const decision = decide(input);
    if (decision.kind === 'disrupt') this.#disrupt(decision);
    return decision.kind === 'done';
  }

  /** Without more trouble. */
  settle(): void {
    let isDone = false;
    for (let rest = 0; rest < 30 * this.world.replicas && !isDone; rest += 1) {
      isDone = this.turn(rest);
      this.world.happen(rest);
    }
    assert.ok(isDone, 'it never ended');
  }

  #disrupt({ pods, zone, memory }: Disrupt): void {
    const { world } = this;
    const uids = pods.map(({ uid }) => uid);
    const serving = world.servingOf(uids);
    for (const pod of serving) {
      assert.equal(pod.zone, zone);
      for (const lost of world.lostZones) assert.equal(lost, zone, 'before the successors were ready');
      for (const { zone: other } of world.terminating) assert.equal(other, zone, 'two zones at once');
    }
    if (serving.length > 0 && this.zones.at(-1) !== zone) this.zones.push(zone);
    this.#memory = memory;
    world.take(uids);
    if (serving.length === 0) return;
    assert.ok(world.terminating.length <= this.#most, 'too many leave');
    assert.ok(world.serving >= world.replicas - this.#most, 'too few serve');
  }
}

describe('a rollout of a Deployment, observed', () => {
  it('takes pods of one zone only, never more than allowed, and comes to its end', () => {
    fc.assert(
      fc.property(scenario, (chosen) => {
        const rollout = new Rollout(chosen);
        for (const choice of chosen.events) {
          rollout.turn(choice);
          rollout.world.happen(choice);
        }
        rollout.settle();
        assert.deepEqual(rollout.zones, [...rollout.zones].sort(), 'zones out of order');
      }),
      { numRuns: 200 },
    );
  });

  it('replaces pods that no node took, whatever the templates were meanwhile (R12)', () => {
    fc.assert(
      fc.property(scenario, fc.boolean(), fc.nat({ max: 5 }), (chosen, isFirstSchedulable, pending) => {
        const rollout = new Rollout(chosen, pending);
        if (!isFirstSchedulable) rollout.world.change(false);
        for (const choice of chosen.events) {
          if (choice % 13 === 5) rollout.world.change(choice % 2 === 0);
          rollout.turn(choice);
          rollout.world.happen(choice);
        }
        rollout.world.change(true);
        rollout.settle();
      }),
      { numRuns: 200 },
    );
  });
});
