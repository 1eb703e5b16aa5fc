import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scaleReader } from '../../../../shared/budget/read-scale.ts';
import { ConnectionError, type Kube } from '../../../../shared/kube/kube.ts';
import { apiError, fakeKube } from '../../../helpers/fake-kube.ts';

const REF = { apiVersion: 'example.com/v1', kind: 'Ring', name: 'ring', uid: 'u', namespace: 'cortex' };
const GROUP = '/apis/example.com/v1';
const SCALE = `${GROUP}/namespaces/cortex/rings/ring/scale`;

const resources = (...names: string[]) => ({ resources: names.map((name) => ({ name, kind: 'Ring' })) });
const scalable = resources('rings', 'rings/status', 'rings/scale');
const scale = (spec: object, uid = 'u') => ({ metadata: { uid }, spec });

/** Answers GETs by path; an unknown path is 404, an error is thrown. */
function answering(answers: Readonly<Record<string, unknown>>): { kube: Kube; asked: string[] } {
  const asked: string[] = [];
  const kube: Kube = {
    ...fakeKube(),
    async request({ path }) {
      asked.push(path);
      const answer = answers[path] ?? apiError(404, 'NotFound');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { kube, asked };
}

const read = (answers: Readonly<Record<string, unknown>>, ref = REF) =>
  scaleReader(answering(answers).kube, 1_000)(ref);

describe('reading a scale', () => {
  it('finds the resource of a kind, and asks how many pods it wants', async () => {
    const answers = { [GROUP]: scalable, [SCALE]: scale({ replicas: 7 }) };
    assert.deepEqual(await read(answers), { kind: 'replicas', replicas: 7 });
    assert.deepEqual(await read({ ...answers, [SCALE]: scale({}) }), { kind: 'replicas', replicas: 0 });
    const core = { ...REF, apiVersion: 'v1' };
    const path = '/api/v1/namespaces/cortex/rings/ring/scale';
    const inCore = { '/api/v1': scalable, [path]: scale({ replicas: 2 }) };
    assert.deepEqual(await read(inCore, core), { kind: 'replicas', replicas: 2 });
  });

  it('tells a kind without scale from an object that is gone or was made anew', async () => {
    assert.deepEqual(await read({ [GROUP]: resources('rings', 'rings/status') }), { kind: 'no-scale' });
    assert.deepEqual(await read({ [GROUP]: scalable }), { kind: 'gone' });
    const renewed = { [GROUP]: scalable, [SCALE]: scale({ replicas: 7 }, 'another') };
    assert.deepEqual(await read(renewed), { kind: 'gone' });
  });

  it('finds out whether an owner without scale exists, where that is asked for', async () => {
    const object = `${GROUP}/namespaces/cortex/rings/ring`;
    const answers = { [GROUP]: resources('rings', 'rings/status') };
    const readOwner = (more: Readonly<Record<string, unknown>>) =>
      scaleReader(answering({ ...answers, ...more }).kube, 1_000, { checksOwner: true })(REF);
    assert.deepEqual(await readOwner({ [object]: scale({}) }), { kind: 'no-scale' });
    assert.deepEqual(await readOwner({ [object]: scale({}, 'another') }), { kind: 'gone' });
    assert.deepEqual(await readOwner({}), { kind: 'gone' });
    for (const error of [apiError(403, 'Forbidden'), new ConnectionError('reset')]) {
      assert.deepEqual(await readOwner({ [object]: error }), { kind: 'no-scale' });
    }
  });

  it('finds owners that are in no namespace', async () => {
    const found = {
      ...scalable,
      resources: scalable.resources.map((each) => ({ ...each, namespaced: false })),
    };
    assert.deepEqual(await read({ [GROUP]: found, [`${GROUP}/rings/ring/scale`]: scale({ replicas: 3 }) }), {
      kind: 'replicas',
      replicas: 3,
    });
  });

  it('says what went wrong', async () => {
    for (const [error, words] of [
      [apiError(403, 'Forbidden'), 'Forbidden happened'],
      [new ConnectionError('reset'), 'reset'],
    ] as const) {
      assert.deepEqual(await read({ [GROUP]: scalable, [SCALE]: error }), { kind: 'failed', error: words });
      assert.deepEqual(await read({ [GROUP]: error }), { kind: 'failed', error: words });
    }
    // A custom resource may ask for anything; stored in a status, it would make the budget unreadable.
    for (const replicas of [-1, 1.5, 'many', Number.NaN]) {
      const { kind } = await read({ [GROUP]: scalable, [SCALE]: scale({ replicas }) });
      assert.equal(kind, 'failed', String(replicas));
    }
    const nonsense = { [GROUP]: scalable, [SCALE]: { spec: {} } };
    assert.equal((await read(nonsense)).kind, 'failed');
  });

  it('remembers what discovery said, and asks again for a kind that it did not know', async () => {
    const answers: Record<string, unknown> = { [SCALE]: scale({ replicas: 1 }) };
    answers[GROUP] = { resources: [{ name: 'others', kind: 'Other' }] };
    const { kube, asked } = answering(answers);
    const readScale = scaleReader(kube, 1_000);
    assert.deepEqual(await readScale(REF), { kind: 'no-scale' });
    answers[GROUP] = scalable;
    assert.equal((await readScale(REF)).kind, 'replicas');
    assert.equal((await readScale(REF)).kind, 'replicas');
    assert.deepEqual(asked, [GROUP, GROUP, SCALE, SCALE]);
  });
});
