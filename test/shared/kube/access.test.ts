import assert from 'node:assert/strict';
import { it } from 'node:test';
import { missingAccess } from '../../../shared/kube/access.ts';
import { ConnectionError, type Kube } from '../../../shared/kube/kube.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';

const EVICT = { verb: 'create', group: '', resource: 'pods', subresource: 'eviction', namespace: 'x' };
const PATCH = { verb: 'patch', group: 'apps', resource: 'statefulsets', namespace: 'x', name: 'ingester' };
const NODES = { verb: 'list', group: '', resource: 'nodes' };

function answering(answer: (attributes: Record<string, string>) => unknown): Kube {
  return {
    ...fakeKube(),
    request: async ({ body }) =>
      answer((body as { spec: { resourceAttributes: Record<string, string> } }).spec.resourceAttributes),
  };
}

it('names what is denied, and what to ask for', async () => {
  const kube = answering(({ resource }) => ({ status: { allowed: resource === 'nodes' } }));
  const missing = await missingAccess(kube, [EVICT, NODES, PATCH]);
  assert.deepEqual(
    missing.map(({ sentence }) => sentence),
    [
      'cannot create pods/eviction in namespace x: ask for a Role that allows create on pods/eviction',
      'cannot patch statefulsets (apps) "ingester" in namespace x: ask for a Role that allows patch on statefulsets',
    ],
  );
  assert.equal(missing[0]?.subresource, 'eviction');
});

it('does not call denied what it cannot find out', async () => {
  const unreachable = answering(() => {
    throw new ConnectionError('refused');
  });
  assert.deepEqual(await missingAccess(unreachable, [EVICT, NODES]), []);
  const undecided = answering(() => ({ status: { allowed: false, evaluationError: 'webhook is down' } }));
  assert.deepEqual(await missingAccess(undecided, [EVICT]), []);
});

it('stops when told', async () => {
  const stop = new AbortController();
  const kube = answering(() => {
    stop.abort(new Error('stopped'));
    throw stop.signal.reason;
  });
  await assert.rejects(missingAccess(kube, [EVICT], stop.signal), /stopped/);
});
