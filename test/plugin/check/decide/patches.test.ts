import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ObjectPatch, PatchBody } from '../../../../plugin/check/decide/finding.ts';
import { changesTemplate, combinePatches } from '../../../../plugin/check/decide/patches.ts';

const patch = (body: PatchBody, name = 'web'): ObjectPatch => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'shop',
  name,
  type: 'strategic',
  body,
});

describe('patches of one object', () => {
  it('are combined, with containers matched by name', () => {
    const container = (fields: PatchBody) => ({ spec: { containers: [fields] } });
    const [combined, ...others] = combinePatches([
      patch(container({ name: 'main', lifecycle: { preStop: { exec: null, sleep: { seconds: 40 } } } })),
      patch(container({ name: 'other', image: 'b' })),
      patch(container({ name: 'main', lifecycle: { preStop: { sleep: { seconds: 30 } } }, image: 'a' })),
    ]);
    assert.deepEqual(others, []);
    assert.deepEqual(combined?.body, {
      spec: {
        containers: [
          { name: 'main', lifecycle: { preStop: { exec: null, sleep: { seconds: 40 } } }, image: 'a' },
          { name: 'other', image: 'b' },
        ],
      },
    });
  });

  it('keep the longer of two times, and the later of other values', () => {
    const spec = (terminationGracePeriodSeconds: number, replicas: number) =>
      patch({ spec: { terminationGracePeriodSeconds, replicas } });
    assert.deepEqual(combinePatches([spec(90, 5), spec(70, 4)])[0]?.body, {
      spec: { terminationGracePeriodSeconds: 90, replicas: 4 },
    });
  });

  it('are separate from those of other objects, in order', () => {
    const combined = combinePatches([patch({ a: 1 }, 'one'), patch({ b: 2 }, 'two'), patch({ c: 3 }, 'one')]);
    assert.deepEqual(
      combined.map(({ name, body }) => [name, body]),
      [
        ['one', { a: 1, c: 3 }],
        ['two', { b: 2 }],
      ],
    );
  });

  it('replace pods where they change the template', () => {
    assert.ok(changesTemplate(patch({ spec: { template: { spec: {} } } })));
    assert.ok(!changesTemplate(patch({ spec: { minReadySeconds: 60 } })));
    assert.ok(!changesTemplate(patch({ metadata: {} })));
  });
});
