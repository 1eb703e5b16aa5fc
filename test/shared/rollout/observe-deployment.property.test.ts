import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide } from '../../../shared/rollout/decide.ts';
import { emptyMemory, remember } from '../../../shared/rollout/memory.ts';
import { decodeMemory, encodeMemory } from '../../../shared/rollout/memory-text.ts';
import type { RolloutOptions } from '../../../shared/rollout/types.ts';
import fc from '../../helpers/seed.ts';
import { OPTIONS } from './builders.ts';
import { DeploymentWorld } from './deployment-world.ts';

const scenario = fc.record({
  replicas: fc.integer({ min: 3, max: 9 }),
  most: fc.integer({ min: 1, max: 4 }),
  pacing: fc.constantFrom('wave' as const, 'stream' as const),
  /** What happens; with some of them the process is killed, and another goes on with what the Lease has. */
  events: fc.array(fc.nat({ max: 100_000 }), { minLength: 20, maxLength: 80 }),
});

describe('a rollout of a Deployment, observed', () => {
  it('takes pods of one zone only, never more than allowed, and comes to its end', () => {
    fc.assert(
      fc.property(scenario, ({ replicas, most, pacing, events }) => {
        const world = new DeploymentWorld(replicas);
        const options: RolloutOptions = {
          ...OPTIONS,
          pacing,
          maxUnavailable: { kind: 'count', count: most },
        };
        let memory = emptyMemory(world.observe({ inFlight: [], lastZones: {} }).updateRevision);
        const zones: string[] = [];
        const turn = (choice: number): boolean => {
          if (choice % 7 === 1) memory = decodeMemory(encodeMemory(memory)) ?? memory;
          const observation = world.observe(memory);
          assert.equal(observation.pods.length + observation.missing.length, replicas, 'a place each');
          memory = remember(memory, observation, options, world.nowMs);
          const decision = decide({ observation, options, memory, gates: [], nowMs: world.nowMs });
          if (decision.kind === 'disrupt') {
            const names = decision.pods.map(({ name }) => name);
            for (const name of names) assert.equal(world.zoneOf(name), decision.zone);
            for (const pod of world.terminating) assert.equal(pod.zone, decision.zone, 'two zones at once');
            if (zones.at(-1) !== decision.zone) {
              assert.equal(world.serving, replicas, `${decision.zone} before ${zones.at(-1)} was whole`);
              zones.push(decision.zone);
            }
            memory = decision.memory;
            world.take(names);
            assert.ok(world.terminating.length <= most, 'too many leave');
            assert.ok(world.serving >= replicas - most, 'too few serve');
          }
          return decision.kind === 'done';
        };
        for (const choice of events) {
          turn(choice);
          world.happen(choice);
        }
        let isDone = false;
        for (let rest = 0; rest < 20 * replicas && !isDone; rest += 1) {
          isDone = turn(rest);
          world.happen(rest);
        }
        assert.ok(isDone, 'it never ended');
        assert.deepEqual(zones, [...zones].sort(), 'zones out of order');
      }),
      { numRuns: 200 },
    );
  });
});
