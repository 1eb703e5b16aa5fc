import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Body, type Client, patchType, withSandbox } from '../client.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

function definition(): object {
  const version = {
    served: true,
    schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    subresources: {
      status: {},
      scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' },
    },
    additionalPrinterColumns: [
      { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
      { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    ],
  };
  return {
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'] },
      versions: [
        { name: 'v1', storage: true, ...version },
        { name: 'v1beta1', storage: false, ...version },
      ],
    },
  };
}

async function define(client: Client): Promise<void> {
  await client.call('POST', DEFINITIONS, definition());
  await client.until(DEFINITIONS, ([found]) =>
    found?.status?.conditions?.some((condition: Body) => condition.type === 'Established'),
  );
}

describe('custom resources', () => {
  it('are served, with status and scale, as soon as they are defined', () =>
    withSandbox({ zones: [] }, async (client) => {
      assert.equal((await client.call('GET', WIDGETS)).code, 404);
      await define(client);
      const created = await client.call('POST', WIDGETS, {
        metadata: { name: 'w' },
        spec: { size: 2 },
        status: { size: 9 },
      });
      assert.deepEqual([created.code, created.body.status], [201, undefined]);
      const status = {
        status: { size: 1, conditions: [{ type: 'Ready', status: 'True' }] },
        spec: { size: 5 },
      };
      const patched = await client.call('PATCH', `${WIDGETS}/w/status`, status, patchType('merge'));
      assert.deepEqual([patched.body.spec.size, patched.body.status.size], [2, 1]);
      const { body: scale } = await client.call('GET', `${WIDGETS}/w/scale`);
      assert.deepEqual([scale.spec.replicas, scale.status.replicas], [2, 1]);
      await client.call('PATCH', `${WIDGETS}/w/scale`, { spec: { replicas: 4 } }, patchType('merge'));
      const { body } = await client.call('GET', WIDGETS, undefined, { accept: TABLE });
      assert.deepEqual(body.rows[0].cells, ['w', 4, 'True']);
    }));

  it('come in every version that is served', () =>
    withSandbox({ zones: [] }, async (client) => {
      await define(client);
      const beta = WIDGETS.replace('v1', 'v1beta1');
      await client.call('POST', beta, { metadata: { name: 'w' }, spec: {} });
      assert.equal((await client.call('GET', `${WIDGETS}/w`)).body.apiVersion, 'example.com/v1');
      assert.equal((await client.call('GET', `${beta}/w`)).body.apiVersion, 'example.com/v1beta1');
    }));

  it('take no strategic merge patch', () =>
    withSandbox({ zones: [] }, async (client) => {
      await define(client);
      await client.call('POST', WIDGETS, { metadata: { name: 'w' }, spec: {} });
      assert.equal((await client.call('PATCH', `${WIDGETS}/w`, {}, patchType('strategic'))).code, 415);
    }));

  it('are discovered and go with their definition', () =>
    withSandbox({ zones: [] }, async (client) => {
      await define(client);
      await client.call('POST', WIDGETS, { metadata: { name: 'w' }, spec: {} });
      const { body } = await client.call('GET', '/apis/example.com/v1');
      assert.deepEqual(
        body.resources.map((resource: Body) => resource.name),
        ['widgets', 'widgets/status', 'widgets/scale'],
      );
      await client.call('DELETE', `${DEFINITIONS}/widgets.example.com`);
      assert.equal((await client.call('GET', WIDGETS)).code, 404);
      await define(client);
      assert.deepEqual((await client.call('GET', WIDGETS)).body.items, []);
    }));
});
