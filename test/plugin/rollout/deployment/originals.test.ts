import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BRAKED, releasedFields } from '../../../../plugin/rollout/deployment/hold.ts';
import {
  decodeOriginals,
  encodeOriginals,
  type Originals,
  originalsOf,
  parkedRollingUpdate,
} from '../../../../plugin/rollout/deployment/originals.ts';
import { readRolledDeployment } from '../../../../shared/rollout/deployment-objects.ts';
import { deploymentObject } from '../../../shared/rollout/deployment-world.ts';

const SURGING = { maxSurge: '25%', maxUnavailable: 0 } as const;
const FOUND: Originals = {
  paused: false,
  minReadySeconds: 60,
  progressDeadlineSeconds: 900,
  rollingUpdate: SURGING,
};

function deployment(spec: object) {
  return readRolledDeployment(deploymentObject(6, spec));
}

function like({ rollingUpdate, ...fields }: Originals) {
  return deployment({ ...fields, strategy: { type: 'RollingUpdate', rollingUpdate } });
}

describe('what a Deployment was like before its rollout', () => {
  it('is read from one that no rollout has touched', () => {
    assert.deepEqual(originalsOf(like(FOUND), undefined), FOUND);
    assert.deepEqual(originalsOf(like({ ...FOUND, paused: true }), undefined), { ...FOUND, paused: true });
    assert.deepEqual(originalsOf(deployment({}), undefined), {
      paused: false,
      minReadySeconds: 0,
      progressDeadlineSeconds: 600,
      rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
    });
  });

  it('is what the Lease keeps while it is held, whatever process held it', () => {
    assert.deepEqual(originalsOf(deployment(BRAKED), FOUND), FOUND);
    assert.deepEqual(originalsOf(deployment(releasedFields(3)), FOUND), FOUND);
  });

  it('is careful where it is held and nobody knows', () => {
    const { rollingUpdate } = originalsOf(deployment(BRAKED), undefined);
    assert.deepEqual(rollingUpdate, { maxSurge: 0, maxUnavailable: 1 });
  });

  it('has the surge again that an unfinished rollout left out, and no pause of ours', () => {
    const parked = { ...FOUND, paused: true, rollingUpdate: parkedRollingUpdate(SURGING) };
    assert.deepEqual(parked.rollingUpdate, { maxSurge: 0, maxUnavailable: 1 });
    assert.deepEqual(originalsOf(like(parked), FOUND), FOUND);
  });

  it('keeps what somebody has set since', () => {
    const changed: Originals = {
      paused: true,
      minReadySeconds: 5,
      progressDeadlineSeconds: 700,
      rollingUpdate: { maxSurge: 0, maxUnavailable: 2 },
    };
    assert.deepEqual(originalsOf(like(changed), FOUND), { ...changed, paused: false });
    assert.equal(originalsOf(like({ ...changed, paused: false }), { ...FOUND, paused: true }).paused, false);
  });

  it('survives the Lease, and nothing else does', () => {
    assert.deepEqual(decodeOriginals(encodeOriginals(FOUND)), FOUND);
    for (const text of [undefined, '', '{', '{}', '{"paused":1}'])
      assert.equal(decodeOriginals(text), undefined);
  });
});
