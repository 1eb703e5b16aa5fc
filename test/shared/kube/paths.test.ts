import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';

it('makes the paths of objects, collections and subresources', () => {
  const { pods, nodes, leases, daemonsets } = RESOURCES;
  assert.equal(resourcePath(pods), '/api/v1/pods');
  assert.equal(resourcePath({ ...pods, namespace: 'n' }), '/api/v1/namespaces/n/pods');
  assert.equal(
    resourcePath({ ...pods, namespace: 'n', name: 'p', subresource: 'eviction' }),
    '/api/v1/namespaces/n/pods/p/eviction',
  );
  assert.equal(resourcePath({ ...nodes, name: 'a' }), '/api/v1/nodes/a');
  assert.equal(
    resourcePath({ ...leases, namespace: 'n', name: 'l' }),
    '/apis/coordination.k8s.io/v1/namespaces/n/leases/l',
  );
  assert.equal(resourcePath(daemonsets), '/apis/apps/v1/daemonsets');
});

it('lets no name leave its place in the path', () => {
  assert.equal(resourcePath({ ...RESOURCES.nodes, name: '../pods?x' }), '/api/v1/nodes/..%2Fpods%3Fx');
  assert.throws(() => resourcePath({ ...RESOURCES.pods, subresource: 'status' }), /needs the name/);
});
