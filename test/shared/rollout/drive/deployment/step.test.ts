import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionError } from '../../../../../shared/kube/kube.ts';
import { StepUndoneError } from '../../../../../shared/rollout/drive/deployment/carry-out.ts';
import { takeStep } from '../../../../../shared/rollout/drive/deployment/step.ts';
import type { ZonedPod } from '../../../../../shared/rollout/drive/workload-port.ts';
import { apiError } from '../../../../helpers/fake-kube.ts';
import { FakeControllers } from './fake-controllers.ts';

const chosen = (...names: readonly string[]): ZonedPod[] =>
  names.map((name) => ({ namespace: 'prod', name, uid: `uid-${name}`, zone: 'zone-a' }));

function step(controllers: FakeControllers, ...names: readonly string[]) {
  const { signal } = new AbortController();
  return takeStep(controllers.tools, chosen(...names), controllers.oldSet, { before: signal, after: signal });
}

const namesOf = (pods: readonly ZonedPod[] = []) => pods.map(({ name }) => name);

describe('a step', () => {
  it('makes the new ReplicaSet, puts the chosen pods first, and scales once, while all brakes are on', async () => {
    const controllers = new FakeControllers();
    const taken = await step(controllers, 'c', 'b');
    assert.deepEqual(namesOf(taken?.gone), ['c', 'b']);
    assert.deepEqual([taken?.spared, taken?.instead], [[], []]);
    assert.equal(controllers.written[0], 'create');
    assert.deepEqual(controllers.written.slice(1, -1).sort(), ['cost b', 'cost c']);
    assert.equal(controllers.written.at(-1), 'scale web-v2 2');
    assert.equal(controllers.oldSet.replicas, 2);
  });

  it('scales whichever ReplicaSet makes the controller take from the old one', async () => {
    const controllers = new FakeControllers();
    for (const name of ['a', 'b', 'c', 'd']) await step(controllers, name);
    assert.deepEqual(
      controllers.written.filter((each) => each.startsWith('scale')),
      ['scale web-v2 1', 'scale web-v2 2', 'scale web-v1 1', 'scale web-v1 0'],
    );
  });

  it('puts a pod first that has changed since it was seen', async () => {
    const controllers = new FakeControllers();
    controllers.touch('c');
    assert.deepEqual(namesOf((await step(controllers, 'c'))?.gone), ['c']);
    assert.deepEqual(
      controllers.written.filter((each) => each.startsWith('cost')),
      ['cost c', 'cost c'],
    );
  });

  it('tells which pods went in the place of others', async () => {
    const controllers = new FakeControllers();
    controllers.choose = (pods) => [...pods].reverse();
    const taken = await step(controllers, 'a');
    assert.deepEqual([namesOf(taken?.gone), namesOf(taken?.spared), taken?.instead], [[], ['a'], ['d']]);
  });

  it('does nothing when a brake was lifted, or the ReplicaSet was changed, after it was looked at', async () => {
    const lifted = new FakeControllers();
    lifted.meddle({ paused: null });
    assert.equal(await step(lifted, 'a'), undefined);
    assert.deepEqual(lifted.written, []);

    const controllers = new FakeControllers();
    controllers.before = (what) => {
      if (!what.startsWith('scale')) return;
      controllers.before = () => {};
      void controllers.tools.kube.request({
        method: 'PATCH',
        path: '/replicasets/web-v2',
        body: { metadata: {} },
      });
    };
    assert.equal(await step(controllers, 'a'), undefined);
    assert.equal(controllers.oldSet.replicas, 4);
  });

  it('does nothing that would not be decided any more right before it, and no more than is reserved', async () => {
    const controllers = new FakeControllers();
    const { signal } = new AbortController();
    const signals = { before: signal, after: signal };
    const wrong = { ...controllers.tools, isStillRight: () => false };
    assert.equal(await takeStep(wrong, chosen('a'), controllers.oldSet, signals), undefined);
    const none = { ...controllers.tools, reserve: async () => [] };
    assert.equal(await takeStep(none, chosen('a'), controllers.oldSet, signals), undefined);
    assert.equal(controllers.oldSet.replicas, 4);
    const one = { ...controllers.tools, reserve: async (pods: readonly ZonedPod[]) => pods.slice(0, 1) };
    const taken = await takeStep(one, chosen('b', 'a'), controllers.oldSet, signals);
    assert.deepEqual([namesOf(taken?.gone), controllers.oldSet.replicas], [['b'], 3]);
  });

  it('begins nothing once it is stopped', async () => {
    const controllers = new FakeControllers();
    const { signal } = new AbortController();
    const stopped = { before: AbortSignal.abort(new Error('stopped')), after: signal };
    await assert.rejects(takeStep(controllers.tools, chosen('a'), controllers.oldSet, stopped), /stopped/);
    assert.equal(controllers.oldSet.replicas, 4);
  });

  it('makes a write impossible whose answer got lost, before it looks again', async () => {
    for (const lost of [new ConnectionError('reset'), apiError(504, 'Timeout')]) {
      const controllers = new FakeControllers();
      controllers.before = (what) => {
        if (!what.startsWith('scale')) return;
        controllers.before = () => {};
        throw lost;
      };
      assert.equal(await step(controllers, 'a'), undefined);
      assert.equal(controllers.written.at(-1), 'fence');
      assert.equal(controllers.oldSet.replicas, 4);
    }
  });

  it('says when somebody undoes it', async () => {
    const controllers = new FakeControllers();
    controllers.undoes = true;
    await assert.rejects(step(controllers, 'a'), StepUndoneError);
  });
});
