import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { takeStep } from '../../../../plugin/rollout/deployment/step.ts';
import type { ZonedPod } from '../../../../plugin/rollout/port.ts';
import { ConnectionError } from '../../../../shared/kube/kube.ts';
import { FakeControllers } from './fake-controllers.ts';

const chosen = (...names: readonly string[]): ZonedPod[] =>
  names.map((name) => ({ namespace: 'prod', name, uid: `uid-${name}`, zone: 'zone-a' }));

function step(controllers: FakeControllers, ...names: readonly string[]) {
  const { signal } = new AbortController();
  return takeStep(controllers.tools, chosen(...names), controllers.oldSet, { before: signal, after: signal });
}

const namesOf = (pods: readonly ZonedPod[] = []) => pods.map(({ name }) => name);

describe('a step', () => {
  it('holds, puts the chosen pods first, releases exactly so many, and pauses again', async () => {
    const controllers = new FakeControllers();
    const taken = await step(controllers, 'c', 'b');
    assert.deepEqual(namesOf(taken?.gone), ['c', 'b']);
    assert.deepEqual([taken?.spared, taken?.instead], [[], []]);
    assert.equal(controllers.written[0], 'pause');
    assert.deepEqual(controllers.written.slice(1, -2).sort(), ['cost b', 'cost c']);
    assert.deepEqual(controllers.written.slice(-2), ['release 2', 'pause']);
  });

  it('counts the pods that are new already, and holds only what is not held yet', async () => {
    const controllers = new FakeControllers();
    await step(controllers, 'd');
    const before = controllers.written.length;
    await step(controllers, 'a');
    assert.deepEqual(controllers.written.slice(before), ['cost a', 'release 2', 'pause']);
  });

  it('tells which pods went in the place of others', async () => {
    const controllers = new FakeControllers();
    controllers.choose = (pods) => [...pods].reverse();
    const taken = await step(controllers, 'a');
    assert.deepEqual([namesOf(taken?.gone), namesOf(taken?.spared), taken?.instead], [[], ['a'], ['d']]);
  });

  it('does nothing when the Deployment was changed after it was looked at', async () => {
    const controllers = new FakeControllers();
    const { tools } = controllers;
    controllers.before = (what) => {
      if (!what.startsWith('release')) return;
      controllers.before = () => {};
      void tools.kube.request({
        method: 'PATCH',
        path: '/web',
        body: { metadata: {}, spec: { paused: true } },
      });
    };
    assert.equal(await step(controllers, 'a'), undefined);
    assert.deepEqual(controllers.oldSet.replicas, 4);
  });

  it('begins nothing once it is stopped, or may not act', async () => {
    const controllers = new FakeControllers();
    const { signal } = new AbortController();
    const signals = { before: signal, after: signal };
    const blind = { ...controllers.tools, mayAct: () => false };
    assert.equal(await takeStep(blind, chosen('a'), controllers.oldSet, signals), undefined);
    const stopped = { ...signals, before: AbortSignal.abort(new Error('stopped')) };
    await assert.rejects(takeStep(controllers.tools, chosen('a'), controllers.oldSet, stopped), /stopped/);
    assert.equal(controllers.oldSet.replicas, 4);
  });

  it('tries until it has paused again, and says so', async () => {
    const controllers = new FakeControllers();
    let failures = 0;
    controllers.before = (what) => {
      if (what !== 'pause' || !controllers.written.includes('release 1') || failures === 2) return;
      failures += 1;
      throw new ConnectionError('reset');
    };
    const { tools } = controllers;
    const impatient = { ...tools, clock: { nowMs: () => 0, monotonicMs: () => 0, schedule: runAtOnce } };
    const { signal } = new AbortController();
    await takeStep(impatient, chosen('a'), controllers.oldSet, { before: signal, after: signal });
    const told = controllers.written.filter((each) => each.startsWith('notice'));
    assert.match(told[0] ?? '', /could not be paused after a step, and is tried on: reset/);
    assert.match(told[1] ?? '', /is paused again/);
    assert.equal(controllers.written.at(-2), 'pause');
  });
});

function runAtOnce(_delayMs: number, run: () => void): () => void {
  queueMicrotask(run);
  return () => {};
}
