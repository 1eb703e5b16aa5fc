import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { remainderNote } from '../../../plugin/rollout/show-plan.ts';
import { observation, pod } from '../../shared/rollout/decide/builders.ts';

const zones = (pods: number) =>
  observation(Array.from({ length: pods }, (_, ordinal) => pod(ordinal, `zone-${'abc'[ordinal % 3]}`)));

describe('the plan of a rollout', () => {
  it('says which value avoids a last wave of a few pods', () => {
    assert.equal(
      remainderNote(zones(12), 3),
      'waves of 3 leave a last one of 1 pod in zone-a; --max-unavailable 2 takes as many waves, with fewer pods down',
    );
    for (const limit of [1, 2, 4]) assert.equal(remainderNote(zones(12), limit), undefined, `${limit}`);
  });
});
