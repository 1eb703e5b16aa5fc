import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodesByName } from '../../../shared/kube/nodes.ts';
import { apiError, fakeKube } from '../../helpers/fake-kube.ts';

const NODES = '/api/v1/nodes';

describe('nodes by name', () => {
  it('are all of them, also beyond a page', async () => {
    const kube = fakeKube();
    for (let index = 0; index < 501; index += 1) kube.put(NODES, { metadata: { name: `n${index}` } });
    const nodes = await nodesByName(kube);
    assert.equal(nodes?.size, 501);
    assert.equal(nodes?.get('n500')?.metadata.name, 'n500');
  });

  it('are unknown where they may not be listed, and only there', async () => {
    const kube = fakeKube();
    let code = 403;
    kube.before = () => {
      throw apiError(code, 'Trouble');
    };
    assert.equal(await nodesByName(kube), undefined);
    code = 500;
    await assert.rejects(nodesByName(kube), /Trouble happened/);
  });
});
