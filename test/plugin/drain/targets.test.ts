import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../plugin/cli/errors.ts';
import type { DrainTargets } from '../../../plugin/drain/request.ts';
import { checkZoneOrder, fetchTargets } from '../../../plugin/drain/targets.ts';
import { UserError } from '../../../shared/errors.ts';
import type { Kube, KubeRequest } from '../../../shared/kube/kube.ts';
import { apiError, fakeKube } from '../../helpers/fake-kube.ts';
import { nodeObject, nodeOf } from './builders.ts';

const NODES = [
  nodeObject('node-3', 'zone-b', { pool: 'old' }),
  nodeObject('node-1', 'zone-a', { pool: 'old' }),
  nodeObject('node-2', 'zone-b'),
  nodeObject('node-4', undefined),
  nodeObject('node-5', ''),
];

/** Answers `pool=old` as the API server would, and any other selector with nothing. */
function cluster(nodes: readonly object[] = NODES): { kube: Kube; requests: KubeRequest[] } {
  const requests: KubeRequest[] = [];
  const request = async (asked: KubeRequest) => {
    requests.push(asked);
    assert.equal(asked.path, '/api/v1/nodes');
    const selector = asked.query?.labelSelector;
    const items = selector === undefined ? nodes : selector === 'pool=old' ? nodes.slice(0, 2) : [];
    return { metadata: { resourceVersion: '1' }, items };
  };
  return { kube: { ...fakeKube(), request }, requests };
}

const targets = (some: Partial<DrainTargets>): DrainTargets => ({
  names: [],
  selector: undefined,
  zones: [],
  ...some,
});

async function names(some: Partial<DrainTargets>): Promise<string[]> {
  return (await fetchTargets(cluster().kube, targets(some))).map(({ metadata }) => metadata.name);
}

async function complaint(some: Partial<DrainTargets>, nodes = NODES): Promise<UserError> {
  const error = await fetchTargets(cluster(nodes).kube, targets(some)).then(
    () => assert.fail('nothing was wrong'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UserError, String(error));
  return error;
}

describe('the nodes of a drain', () => {
  it('finds them by name, selector and zone, each once', async () => {
    assert.deepEqual(await names({ names: ['node-4', 'node-1'] }), ['node-1', 'node-4']);
    assert.deepEqual(await names({ zones: ['zone-b'] }), ['node-2', 'node-3']);
    assert.deepEqual(await names({ selector: 'pool=old' }), ['node-1', 'node-3']);
    assert.deepEqual(await names({ names: ['node-2', 'node-2', 'node-1'], zones: ['zone-b', 'zone-b'] }), [
      'node-1',
      'node-2',
      'node-3',
    ]);
  });

  it('lets the API server match a selector, and lists no more than it needs', async () => {
    const { kube, requests } = cluster();
    await fetchTargets(kube, targets({ selector: 'pool=old' }));
    assert.deepEqual(
      requests.map(({ query }) => query?.labelSelector),
      ['pool=old'],
    );
  });

  it('says which nodes and zones there are not, all at once, and which there are', async () => {
    const error = await complaint({ names: ['node-9', 'node-1', 'node-8'], zones: ['zone-x'] });
    assert.equal(error.end, 'failed');
    assert.equal(error.message, 'nodes node-9, node-8 not found\nthere are no nodes in zone zone-x');
    assert.equal(
      error.fix,
      'the nodes are: node-1, node-2, node-3, node-4, node-5\n  the zones are: zone-a, zone-b',
    );
  });

  it('says so where no node has a zone, or there is none at all', async () => {
    assert.match(
      (await complaint({ zones: ['a'] }, [nodeObject('n', undefined)])).fix ?? '',
      /has the label/,
    );
    assert.match((await complaint({ zones: [''] })).message, /there are no nodes in zone/);
    assert.equal((await complaint({ names: ['a'] }, [])).fix, 'there are no nodes');
  });

  it('fails when a selector matches nothing', async () => {
    const error = await complaint({ selector: 'pool=new' });
    assert.equal(error.end, 'failed');
    assert.equal(error.message, 'no node matches -l pool=new');
  });

  it('wants to be told something', async () => {
    assert.ok((await complaint({})) instanceof UsageError);
  });

  it('names the permission that is missing', async () => {
    const request = () => Promise.reject(apiError(403, 'Forbidden'));
    await assert.rejects(
      fetchTargets({ ...fakeKube(), request }, targets({ names: ['a'] })),
      /cannot list nodes in the cluster: ask for a ClusterRole/,
    );
  });
});

describe('--zone-order', () => {
  const node = nodeOf('node-1', 'zone-a');

  it('takes zones that have nodes, also where none of them is drained', async () => {
    const { kube, requests } = cluster();
    await checkZoneOrder(kube, [node], ['zone-a']);
    assert.deepEqual(requests, []);
    await checkZoneOrder(kube, [node], ['zone-b', 'zone-a']);
  });

  it('refuses a zone that no node is in', async () => {
    await assert.rejects(checkZoneOrder(cluster().kube, [node], ['zone-a', 'zone-c', 'zone-b']), {
      message: '--zone-order: there are no nodes in zone zone-c',
      fix: 'the zones are: zone-a, zone-b',
    });
  });
});
