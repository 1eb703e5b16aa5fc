import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { choicesOf, type Fleet } from '../../../../plugin/plan/decide/choices.ts';
import { wavesOf, type ZonePods } from '../../../../plugin/plan/decide/waves.ts';
import { disruptionLimit } from '../../../../shared/rollout/decide/limits.ts';
import { emptyMemory } from '../../../../shared/rollout/decide/memory.ts';
import { parseRolloutOptions, type RawRolloutOptions } from '../../../../shared/rollout/decide/options.ts';
import { byOrdinalDescending, orderZones } from '../../../../shared/rollout/decide/order.ts';
import { planRollout, type RolloutPlan } from '../../../../shared/rollout/decide/plan.ts';
import type { Observation, ObservedPod, RolloutOptions } from '../../../../shared/rollout/decide/types.ts';
import fc from '../../../helpers/seed.ts';
import { observation, pod } from '../../../shared/rollout/decide/builders.ts';

function optionsOf(raw: RawRolloutOptions): RolloutOptions {
  const options = parseRolloutOptions(raw);
  assert.ok(!('problems' in options));
  return options;
}

function zonesIn(pods: readonly ObservedPod[]): ZonePods<ObservedPod>[] {
  const zones = Map.groupBy(pods, ({ zone = '' }) => zone);
  return orderZones(zones.keys(), []).map((zone) => ({
    zone,
    pods: [...(zones.get(zone) ?? [])].sort(byOrdinalDescending),
  }));
}

/** The waves of the decision itself, simulated. */
function played(
  seen: Observation,
  raw: RawRolloutOptions,
  restartMs: (pod: { name: string }) => number,
): RolloutPlan {
  return planRollout(seen, optionsOf(raw), emptyMemory(seen.updateRevision), restartMs);
}

const LAYOUTS = fc.array(fc.constantFrom('zone-a', 'zone-b', 'zone-c', 'zone-d'), { maxLength: 40 });

describe('the waves', () => {
  it('are those of the decision, whatever the layout and the options', () => {
    fc.assert(
      fc.property(
        LAYOUTS,
        fc.constantFrom(0, 1, 1.5, 2, 3),
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        (layout, exponentialFactor, maxUnavailable, orderedReady) => {
          const seen = observation(
            layout.map((zone, ordinal) => pod(ordinal, zone)),
            { orderedReady },
          );
          const zones = zonesIn(seen.pods);
          const raw = { maxUnavailable, exponentialFactor };
          const limit = disruptionLimit(seen, optionsOf(raw), zones.length).pods;
          const waves = wavesOf(zones, limit, exponentialFactor);
          assert.deepEqual(
            waves.map(({ zone, pods }) => ({ zone, pods: pods.map(({ name }) => name) })),
            played(seen, raw, () => 1000).waves.map(({ zone, pods }) => ({ zone, pods })),
          );
        },
      ),
    );
  });

  it('take as long as those of the decision, with no more unavailable pods', () => {
    fc.assert(
      fc.property(
        LAYOUTS,
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 40 }),
        fc.constantFrom(0, 7000),
        (layout, seconds, minReadyMs) => {
          const seen = observation(layout.map((zone, ordinal) => pod(ordinal, zone)));
          const restarts = new Map(
            seen.pods.map(({ name }, index) => [name, (seconds[index % seconds.length] ?? 1) * 1000]),
          );
          const restartMs = ({ name }: { name: string }) => restarts.get(name) ?? Number.NaN;
          const zones = zonesIn(seen.pods);
          const asked = { maxUnavailable: { kind: 'count', count: 40 } } as const;
          const fleet: Fleet<ObservedPod> = {
            zones,
            limit: disruptionLimit(seen, asked, zones.length).pods,
            replacementMs: (each) => restartMs(each) + minReadyMs,
          };
          for (const choice of choicesOf(fleet)) {
            const { maxUnavailable, exponentialFactor } = choice;
            const { waves, totalMs } = played(
              seen,
              { maxUnavailable, exponentialFactor, minReadyMs },
              restartMs,
            );
            assert.deepEqual(
              { waves: choice.waves, durationMs: choice.durationMs, podsDown: choice.podsDown },
              {
                waves: waves.length,
                durationMs: totalMs,
                podsDown: Math.max(...waves.map(({ pods }) => pods.length)),
              },
            );
          }
        },
      ),
    );
  });
});
