import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shippedManifests } from '../../../plugin/install/manifests/shipped.ts';
import { missingFields } from '../../../plugin/install/version/schema.ts';
import fc from '../../helpers/seed.ts';

const definition = (properties: object, version: object = {}) => ({
  spec: {
    versions: [
      { name: 'v1', served: true, schema: { openAPIV3Schema: { type: 'object', properties } }, ...version },
    ],
  },
});
const object = (properties: object) => ({ type: 'object', properties });
const TEXT = { type: 'string' };

describe('the missing fields of a CRD', () => {
  it('are none for the shipped ones', async () => {
    const shipped = (await shippedManifests()).filter(({ kind }) => kind === 'CustomResourceDefinition');
    assert.equal(shipped.length, 2);
    for (const each of shipped) assert.deepEqual(missingFields(each, structuredClone(each)), []);
  });

  it('are reported as paths, only the outermost', () => {
    const wanted = definition({
      spec: object({ a: TEXT, list: { type: 'array', items: object({ x: TEXT, y: TEXT }) } }),
      status: object({ b: TEXT, c: TEXT }),
    });
    const there = definition({ spec: object({ list: { type: 'array', items: object({ x: TEXT }) } }) });
    assert.deepEqual(missingFields(wanted, there), ['spec.a', 'spec.list[].y', 'status']);
  });

  it('are all of them if the version is not served', () => {
    const wanted = definition({ spec: TEXT });
    assert.deepEqual(missingFields(wanted, definition({ spec: TEXT }, { served: false })), ['v1']);
    assert.deepEqual(missingFields(wanted, definition({ spec: TEXT }, { name: 'v2' })), ['v1']);
  });

  it('are none if the API server preserves unknown fields', () => {
    const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const wanted = definition({ spec: object({ a: TEXT }) });
    assert.deepEqual(missingFields(wanted, definition({ spec: free })), []);
  });

  it('are exactly the removed ones', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 });
    fc.assert(
      fc.property(names, fc.func(fc.boolean()), (fields, keeps) => {
        const of = (chosen: readonly string[]) =>
          definition({ spec: object(Object.fromEntries(chosen.map((name) => [name, TEXT]))) });
        const gone = fields.filter((name) => !keeps(name));
        const found = missingFields(of(fields), of(fields.filter((name) => keeps(name))));
        assert.deepEqual(
          found,
          gone.map((name) => `spec.${name}`),
        );
      }),
    );
  });
});
