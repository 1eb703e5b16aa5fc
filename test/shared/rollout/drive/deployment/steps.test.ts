import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../../../shared/kube/kube.ts';
import { DeploymentSteps } from '../../../../../shared/rollout/drive/deployment/steps.ts';
import type { ZonedPod } from '../../../../../shared/rollout/drive/workload-port.ts';
import { FakeControllers } from './fake-controllers.ts';

const POD_A: ZonedPod = { namespace: 'prod', name: 'a', uid: 'uid-a', zone: 'zone-a' };

/** Asks for pod `a`, and tells what came of it once nothing goes on any more. */
async function asked(
  controllers: FakeControllers,
  { zoneOfOthers = 'zone-a', pod = POD_A, disableEviction = true } = {},
) {
  const told: string[] = [];
  const over = Promise.withResolvers<void>();
  const { tools } = controllers;
  const steps = new DeploymentSteps({
    ...tools,
    mayAct: () => true,
    random: () => 0.5,
    disableEviction,
    suspects: [],
    onError: (error) => told.push(`error: ${error}`),
    zoneOf: () => zoneOfOthers,
    onOutcome: ({ kind, pod }) => told.push(`${kind} ${pod.name}`),
    onRetryDue: () => over.resolve(),
    onNotice: (message) => told.push(`notice: ${message}`),
    onStray: (reason) => told.push(`stray: ${reason}`),
  });
  steps.request([pod]);
  steps.request([pod]);
  await over.promise;
  await steps.abandon();
  return told;
}

describe('steps of a Deployment', () => {
  it('are taken once, however often the pods are asked for', async () => {
    const controllers = new FakeControllers();
    assert.deepEqual(await asked(controllers), ['accepted a']);
    assert.deepEqual(
      controllers.written.filter((each) => each.startsWith('scale')),
      ['scale web-v2 1'],
    );
  });

  it('end the rollout when a pod of another zone went', async () => {
    const controllers = new FakeControllers();
    controllers.choose = (pods) => [...pods].reverse();
    const [told, ...more] = await asked(controllers, { zoneOfOthers: 'zone-b' });
    assert.match(told ?? '', /^stray: the ReplicaSet removed d instead of a, .*: d is not of zone-a$/);
    assert.deepEqual(more, []);
  });

  it('only tell when one of the same zone went', async () => {
    const controllers = new FakeControllers();
    controllers.choose = (pods) => [...pods].reverse();
    const [told, ...more] = await asked(controllers);
    assert.match(
      told ?? '',
      /^notice: the ReplicaSet removed d instead of a, .*; they are in the same zone$/,
    );
    assert.deepEqual(more, []);
  });

  it('say nothing when one went that no node had taken', async () => {
    const controllers = new FakeControllers();
    controllers.unscheduled.add('d');
    controllers.choose = (pods) => [...pods].reverse();
    assert.deepEqual(await asked(controllers, { zoneOfOthers: 'zone-b' }), []);
  });

  it('ask budgets about a successor by its own name, and not by that of its place', async () => {
    const controllers = new FakeControllers();
    const pod = { ...POD_A, name: 'gone' };
    assert.deepEqual(await asked(controllers, { pod, disableEviction: false }), ['accepted gone']);
    assert.deepEqual(
      controllers.written.filter((each) => each.startsWith('try')),
      ['try a', 'try kubectl-zone-trial'],
    );
  });

  it('fail for good without the right to it, and are tried again after other errors', async () => {
    for (const [code, outcome] of [
      [403, 'failed a'],
      [500, 'refused a'],
    ] as const) {
      const controllers = new FakeControllers();
      controllers.before = () => {
        throw new ApiError({ code, reason: 'No', message: 'no' });
      };
      assert.deepEqual(await asked(controllers), [outcome]);
    }
  });
});
