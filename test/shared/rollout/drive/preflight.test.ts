import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { UserError } from '../../../../shared/errors.ts';
import { emptyMemory } from '../../../../shared/rollout/decide/memory.ts';
import type { Observation } from '../../../../shared/rollout/decide/types.ts';
import { checkZones } from '../../../../shared/rollout/drive/preflight.ts';
import { OPTIONS, observation, pod } from '../decide/builders.ts';

describe('what is refused before a rollout touches anything', () => {
  /** In three zones of the same size, with names as long as a StatefulSet's may be. */
  const large = (replicas: number): Observation =>
    observation(
      Array.from({ length: replicas }, (_, index) =>
        pod(index, `zone-${index % 3}`, { name: `${'ingester-'.repeat(6)}${index}`, uid: randomUUID() }),
      ),
    );
  const check = (seen: Observation, count: number) =>
    checkZones(seen, { ...OPTIONS, maxUnavailable: { kind: 'count', count } }, emptyMemory('new'));

  it('is a wave that the Lease cannot hold, with the size that it can', () => {
    check(large(15_000), 15_000);
    const seen = large(30_000);
    let fitting = 0;
    assert.throws(
      () => check(seen, 30_000),
      (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /a wave of 10000 pods cannot be recorded in the rollout's Lease/);
        fitting = Number(/--max-unavailable=(\d+) or less/.exec(error.fix ?? '')?.[1]);
        return true;
      },
    );
    assert.ok(fitting >= 5_000, String(fitting));
    check(seen, fitting);
  });
});
