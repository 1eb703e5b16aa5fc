import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DriveContext } from '../../../../../shared/drive/operator.ts';
import { ConnectionError } from '../../../../../shared/kube/kube.ts';
import { BRAKED, releasedFields } from '../../../../../shared/rollout/decide/deployment-brake.ts';
import { emptyMemory } from '../../../../../shared/rollout/decide/memory.ts';
import { parseRolloutOptions } from '../../../../../shared/rollout/decide/options.ts';
import { patchDeployment } from '../../../../../shared/rollout/drive/deployment/hold.ts';
import { encodeOriginals } from '../../../../../shared/rollout/drive/deployment/originals.ts';
import { prepareDeployment } from '../../../../../shared/rollout/drive/deployment/prepare.ts';
import { scaleSet } from '../../../../../shared/rollout/drive/deployment/replica-sets.ts';
import type { RolloutRequest } from '../../../../../shared/rollout/drive/request.ts';
import type { RolloutLock } from '../../../../../shared/rollout/drive/rollout-lock.ts';
import { apiError } from '../../../../helpers/fake-kube.ts';
import { FakeControllers } from './fake-controllers.ts';

const ORIGINALS = encodeOriginals({
  paused: false,
  minReadySeconds: 5,
  progressDeadlineSeconds: 600,
  rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
});

/** Prepares the rollout of a Deployment whose template stays; tells what was said on stderr. */
async function prepare(controllers: FakeControllers): Promise<string> {
  const { kube, clock, watches, unanswered } = controllers.tools;
  const found = watches.own ?? assert.fail();
  const options = parseRolloutOptions({});
  if ('problems' in options) assert.fail();
  const lock: Partial<RolloutLock> = {
    memory: emptyMemory(''),
  };
  const said: string[] = [];
  const operator: Partial<DriveContext['operator']> = { say: (line) => said.push(line) };
  const { changed } = await prepareDeployment(
    { options, change: undefined } as Partial<RolloutRequest> as RolloutRequest,
    { kube, found, watches, unanswered },
    lock as RolloutLock,
    { clock, operator } as Partial<DriveContext> as DriveContext,
    new AbortController().signal,
  );
  assert.equal(changed, false);
  return said.join('');
}

describe('preparing the rollout of a Deployment', () => {
  it('puts every brake on, and then marks the pods in their order', async () => {
    const controllers = new FakeControllers({ minReadySeconds: 5 });
    assert.equal(await prepare(controllers), '');
    assert.deepEqual(controllers.written.slice(0, 1), ['pause']);
    assert.deepEqual(controllers.written.slice(1).sort(), ['cost a', 'cost b', 'cost c', 'cost d']);
  });

  it('makes what an unfinished rollout has asked for impossible, and nothing else', async () => {
    const left = new FakeControllers(BRAKED, ORIGINALS);
    const { kube, watches } = left.tools;
    const { deployment } = watches.own ?? assert.fail();
    const { oldSet } = left;
    await prepare(left);
    assert.deepEqual(left.written.slice(0, 2), ['pause', 'fence']);
    await assert.rejects(scaleSet(kube, oldSet, 3, 4), /has been modified/);
    await assert.rejects(
      patchDeployment(kube, deployment, releasedFields(1), { unchanged: true }),
      /modified/,
    );

    const fresh = new FakeControllers({ minReadySeconds: 5 });
    await prepare(fresh);
    assert.deepEqual(
      fresh.written.filter((what) => !what.startsWith('cost')),
      ['pause'],
    );
  });

  it('goes on where a pod cannot be marked for the moment, and says so', async () => {
    for (const error of [apiError(500, 'InternalError'), new ConnectionError('reset')]) {
      const controllers = new FakeControllers({ minReadySeconds: 5 });
      controllers.before = (what) => {
        if (what === 'cost b') throw error;
      };
      const warning = /^warning: the deletion cost could not be set on all pods: /;
      assert.match(await prepare(controllers), warning);
    }
  });

  it('ends where pods may not be marked at all', async () => {
    const controllers = new FakeControllers({ minReadySeconds: 5 });
    controllers.before = (what) => {
      if (what.startsWith('cost')) throw apiError(403, 'Forbidden');
    };
    await assert.rejects(prepare(controllers), /Forbidden happened/);
  });
});
