import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reconcilersOf, whoChanged } from '../../../../shared/rollout/decide/deployment-hands.ts';
import { readRolledDeployment } from '../../../../shared/rollout/decide/deployment-objects.ts';
import { readManagers } from '../../../../shared/rollout/decide/field-managers.ts';
import { deploymentObject } from './deployment-world.ts';

const AT = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:05Z', '2026-01-01T00:00:09Z'] as const;

function entry(manager: string, field: string, time: string = AT[0], more: object = {}): object {
  return { manager, operation: 'Update', time, fieldsV1: { 'f:spec': { [`f:${field}`]: {} } }, ...more };
}

function managedBy(entries: readonly object[], metadata: object = {}) {
  const object = deploymentObject(3) as { metadata: object };
  return readRolledDeployment({
    ...object,
    metadata: { ...object.metadata, ...metadata, managedFields: entries },
  });
}

describe('who else has a hand on a Deployment', () => {
  it('is read as far as it can be, and bounded', () => {
    assert.deepEqual(readManagers('nonsense'), []);
    assert.deepEqual(
      readManagers([7, { fieldsV1: 'x' }, entry('a', 'paused', AT[0], { subresource: 'status' })]),
      [],
    );
    assert.equal(readManagers(Array.from({ length: 1_000 }, () => entry('a', 'paused'))).length, 50);
    assert.equal(readManagers([entry('x'.repeat(10_000), 'paused')])[0]?.name.length, 128);
  });

  it('has changed a field who owns it and has written since we did', () => {
    const who = (...entries: object[]) => whoChanged(readManagers(entries), 'minReadySeconds');
    const ours = entry('kubectl-zone', 'paused', AT[1]);
    assert.equal(who(ours, entry('argocd-controller', 'minReadySeconds', AT[2])), 'argocd-controller');
    assert.equal(who(ours, entry('kubectl-create', 'minReadySeconds', AT[0])), undefined);
    assert.equal(who(ours), undefined);
  });

  it('would put fields back by itself as GitOps, as a controller that applies them, or as its owner', () => {
    const names = (entries: readonly object[], metadata: object = {}, allowed: readonly string[] = []) =>
      reconcilersOf(managedBy(entries, metadata), allowed).map(({ name, fields }) => [name, ...fields]);
    const argo = entry('argocd-controller', 'strategy');
    assert.deepEqual(names([argo]), [['argocd-controller', 'strategy']]);
    assert.deepEqual(names([argo], {}, ['argocd-controller']), []);
    assert.deepEqual(names([entry('argocd-controller', 'template')]), []);
    const flux = entry('kustomize-controller', 'minReadySeconds', AT[0], { operation: 'Apply' });
    assert.deepEqual(names([flux]), [['kustomize-controller', 'minReadySeconds']]);
    const disabled = { annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } };
    assert.deepEqual(names([flux], disabled), []);
    const applied = { operation: 'Apply' };
    assert.deepEqual(names([entry('kubectl', 'paused', AT[0], applied)]), []);
    assert.deepEqual(names([entry('kubectl-client-side-apply', 'strategy')]), []);
    assert.deepEqual(names([entry('my-operator', 'paused', AT[0], applied)]), [['my-operator', 'paused']]);
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Tempo', name: 't', uid: 'u', controller: true }];
    assert.equal(names([], { ownerReferences })[0]?.[0], 'Tempo/t');
  });
});
