import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BRAKED, releasedFields } from '../../../../../shared/rollout/decide/deployment-brake.ts';
import { readRolledDeployment } from '../../../../../shared/rollout/decide/deployment-objects.ts';
import {
  decodeOriginals,
  encodeOriginals,
  keptOriginals,
  ORIGINALS_ANNOTATION,
  type Originals,
  originalsOf,
  PARKED_ROLLING_UPDATE,
} from '../../../../../shared/rollout/drive/deployment/originals.ts';
import { deploymentObject } from '../../decide/deployment-world.ts';

const SURGING = { maxSurge: '25%', maxUnavailable: 0 } as const;
const FOUND: Originals = {
  paused: false,
  minReadySeconds: 60,
  progressDeadlineSeconds: 900,
  rollingUpdate: SURGING,
};

/** @param pausedBy the manager of that field */
function deployment(spec: object, kept?: Originals, pausedBy = 'kubectl-rollout') {
  const object = deploymentObject(6, spec) as { metadata: object };
  const annotations = kept ? { [ORIGINALS_ANNOTATION]: encodeOriginals(kept) } : {};
  const managedFields = [
    { manager: pausedBy, operation: 'Update', fieldsV1: { 'f:spec': { 'f:paused': {} } } },
  ];
  return readRolledDeployment({ ...object, metadata: { ...object.metadata, annotations, managedFields } });
}

function like({ rollingUpdate, ...fields }: Originals, kept?: Originals, pausedBy?: string) {
  return deployment({ ...fields, strategy: { type: 'RollingUpdate', rollingUpdate } }, kept, pausedBy);
}

describe('what a Deployment was like before its rollout', () => {
  it('is read from one that no rollout has touched', () => {
    assert.deepEqual(originalsOf(like(FOUND)), FOUND);
    assert.deepEqual(originalsOf(like({ ...FOUND, paused: true })), { ...FOUND, paused: true });
    assert.deepEqual(originalsOf(deployment({})), {
      paused: false,
      minReadySeconds: 0,
      progressDeadlineSeconds: 600,
      rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
    });
  });

  it('is what it keeps itself while it is held, whatever process held it', () => {
    assert.deepEqual(originalsOf(deployment(BRAKED, FOUND)), FOUND);
    assert.deepEqual(originalsOf(deployment(releasedFields(3), FOUND)), FOUND);
  });

  it('is careful where it is held and nobody knows', () => {
    assert.deepEqual(originalsOf(deployment(BRAKED)).rollingUpdate, { maxSurge: 0, maxUnavailable: 1 });
  });

  it('has the strategy again that an unfinished rollout left out, and no pause of ours', () => {
    const parked = { ...FOUND, paused: true, rollingUpdate: PARKED_ROLLING_UPDATE };
    assert.deepEqual(originalsOf(like(parked, FOUND)), FOUND);
  });

  it('keeps what somebody has set since', () => {
    const changed: Originals = {
      paused: true,
      minReadySeconds: 5,
      progressDeadlineSeconds: 700,
      rollingUpdate: PARKED_ROLLING_UPDATE,
    };
    const { rollingUpdate } = FOUND;
    assert.deepEqual(originalsOf(like(changed, FOUND)), { ...changed, rollingUpdate, paused: false });
    const resumed = like({ ...changed, paused: false }, { ...FOUND, paused: true });
    assert.equal(originalsOf(resumed).paused, false);
  });

  it('knows its own pause, though GitOps has put every other field back', () => {
    const healed = { ...FOUND, paused: true };
    assert.deepEqual(originalsOf(like(healed, FOUND, 'kubectl-zone')), FOUND);
    assert.deepEqual(originalsOf(like(healed, FOUND)), healed);
  });

  it('is not what kubectl rollout undo has brought back, with a Deployment that nobody holds', () => {
    const own: Originals = { ...FOUND, paused: true, rollingUpdate: { maxSurge: 0, maxUnavailable: 2 } };
    assert.equal(keptOriginals(like(own, FOUND)), undefined);
    assert.deepEqual(originalsOf(like(own, FOUND)), own);
  });

  it('survives the annotation, and nothing else does', () => {
    assert.deepEqual(decodeOriginals(encodeOriginals(FOUND)), FOUND);
    for (const text of [undefined, '', '{', '{}', '{"paused":1}'])
      assert.equal(decodeOriginals(text), undefined);
  });
});
