import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jsonPatch } from '../../../../plugin/sandbox/api/patch/json.ts';
import { mergePatch } from '../../../../plugin/sandbox/api/patch/patch.ts';
import { strategicPatch } from '../../../../plugin/sandbox/api/patch/strategic.ts';
import fc from '../../../helpers/seed.ts';

describe('merge patch', () => {
  it('removes with null, merges objects and replaces the rest', () => {
    const target = { a: { b: 1, c: [1, 2] }, d: 'x' };
    assert.deepEqual(mergePatch(target, { a: { b: null, c: [3] }, e: true }), {
      a: { c: [3] },
      d: 'x',
      e: true,
    });
  });

  it('changes nothing when it is empty, and is the same when applied twice', () => {
    const value = fc.dictionary(fc.stringMatching(/^[a-z]{1,2}$/), fc.jsonValue(), { noNullPrototype: true });
    fc.assert(fc.property(value, (target) => assert.deepEqual(mergePatch(target, {}), target)));
    fc.assert(
      fc.property(value, value, (target, patch) => {
        const once = mergePatch(target, patch);
        assert.deepEqual(mergePatch(once, patch), once);
      }),
    );
  });
});

describe('JSON patch', () => {
  it('carries out every operation', () => {
    const operations = [
      { op: 'test', path: '/a/0', value: 1 },
      { op: 'add', path: '/a/1', value: 5 },
      { op: 'add', path: '/a/-', value: 9 },
      { op: 'replace', path: '/b~1c', value: 'new' },
      { op: 'copy', from: '/a/0', path: '/d' },
      { op: 'move', from: '/a/0', path: '/e' },
      { op: 'remove', path: '/f' },
    ];
    const document = { a: [1, 2], 'b/c': 'old', f: 0 };
    assert.deepEqual(jsonPatch(document, operations), { a: [5, 2, 9], 'b/c': 'new', d: 1, e: 1 });
    assert.deepEqual(document, { a: [1, 2], 'b/c': 'old', f: 0 });
  });

  it('is refused when a test fails or a path is missing', () => {
    assert.throws(() => jsonPatch({ a: 1 }, [{ op: 'test', path: '/a', value: 2 }]), { code: 422 });
    assert.throws(() => jsonPatch({ a: 1 }, [{ op: 'replace', path: '/b', value: 2 }]), { code: 422 });
    assert.throws(() => jsonPatch({ a: [] }, [{ op: 'add', path: '/a/1', value: 2 }]), { code: 422 });
    assert.throws(() => jsonPatch({}, { op: 'add' }), { code: 400 });
  });
});

describe('strategic merge patch', () => {
  const containers = [
    { name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }] },
    { name: 'b', image: 'b:1' },
  ];

  it('merges lists by their key', () => {
    const patch = { containers: [{ name: 'a', image: 'a:2', env: [{ name: 'Y', value: '2' }] }] };
    assert.deepEqual(strategicPatch({ containers }, patch), {
      containers: [
        {
          name: 'a',
          image: 'a:2',
          env: [
            { name: 'X', value: '1' },
            { name: 'Y', value: '2' },
          ],
        },
        { name: 'b', image: 'b:1' },
      ],
    });
  });

  it('deletes an element, replaces an object and a list', () => {
    assert.deepEqual(strategicPatch({ containers }, { containers: [{ name: 'a', $patch: 'delete' }] }), {
      containers: [{ name: 'b', image: 'b:1' }],
    });
    assert.deepEqual(strategicPatch({ spec: { x: 1 } }, { spec: { y: 2, $patch: 'replace' } }), {
      spec: { y: 2 },
    });
    assert.deepEqual(
      strategicPatch({ containers }, { containers: [{ $patch: 'replace' }, { name: 'c', image: 'c' }] }),
      { containers: [{ name: 'c', image: 'c' }] },
    );
  });

  it('brings elements into the order that is asked for', () => {
    const patch = {
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'c' }, { name: 'a' }],
      containers: [{ name: 'c', image: 'c' }],
    };
    const { containers: ordered } = strategicPatch({ containers }, patch);
    assert.deepEqual(
      (ordered as { name: string }[]).map(({ name }) => name),
      ['b', 'c', 'a'],
    );
  });

  it('keeps the named keys only, and takes entries out of lists of scalars', () => {
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } };
    assert.deepEqual(
      strategicPatch({ strategy }, { strategy: { $retainKeys: ['type'], type: 'Recreate' } }),
      {
        strategy: { type: 'Recreate' },
      },
    );
    const patch = { '$deleteFromPrimitiveList/finalizers': ['a'], finalizers: ['c'] };
    assert.deepEqual(strategicPatch({ finalizers: ['a', 'b'] }, patch), { finalizers: ['b', 'c'] });
  });

  it('replaces lists without a merge key whole', () => {
    assert.deepEqual(strategicPatch({ tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'b' }] }), {
      tolerations: [{ key: 'b' }],
    });
  });

  it('knows both keys of ports', () => {
    const ports = [
      { port: 80, targetPort: 1 },
      { port: 81, targetPort: 1 },
    ];
    assert.deepEqual(strategicPatch({ ports }, { ports: [{ port: 81, targetPort: 2 }] }), {
      ports: [
        { port: 80, targetPort: 1 },
        { port: 81, targetPort: 2 },
      ],
    });
  });

  it('refuses a directive that it does not know', () => {
    assert.throws(() => strategicPatch({}, { $patch: 'explode' }), { code: 400 });
  });
});
