import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { patchType, withSandbox } from '../client.ts';
import { DEPLOYMENTS, deployment } from '../objects.ts';

describe('managedFields of a Deployment', () => {
  it('tell who has written which field, by fieldManager or User-Agent, and forget who wrote it before', () =>
    withSandbox({}, async (client) => {
      const agent = { 'user-agent': 'robot/1.0' };
      await client.call('POST', DEPLOYMENTS, deployment('web', 0, { minReadySeconds: 1 }), agent);
      const patch = (by: string, spec: object) =>
        client.call('PATCH', `${DEPLOYMENTS}/web?fieldManager=${by}`, { spec }, patchType('merge'));
      await patch('ann', { minReadySeconds: 5, paused: true });
      await patch('bob', { paused: null });
      const { body } = await client.call('GET', `${DEPLOYMENTS}/web`);
      const owners = (field: string) =>
        body.metadata.managedFields
          .filter((entry: { fieldsV1: { 'f:spec': object } }) => field in entry.fieldsV1['f:spec'])
          .map(({ manager }: { manager: string }) => manager);
      assert.deepEqual(owners('f:minReadySeconds'), ['ann']);
      assert.deepEqual(owners('f:paused'), []);
      assert.deepEqual(owners('f:template'), ['robot']);
    }));
});
