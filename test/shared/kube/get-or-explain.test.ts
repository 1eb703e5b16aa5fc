import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../shared/errors.ts';
import { getOrExplain } from '../../../shared/kube/get-or-explain.ts';
import { RESOURCES } from '../../../shared/kube/paths.ts';
import { apiError, fakeKube } from '../../helpers/fake-kube.ts';

const COLLECTION = '/apis/apps/v1/namespaces/shop/statefulsets';
const sought = (name: string) => ({ ...RESOURCES.statefulsets, namespace: 'shop', name });

function cluster(...names: string[]) {
  const kube = fakeKube();
  for (const name of names) kube.put(COLLECTION, { metadata: { name } });
  return kube;
}

async function complaint(kube: ReturnType<typeof fakeKube>): Promise<UserError> {
  const error = await getOrExplain(kube, sought('we-b'), 'statefulset').then(
    () => assert.fail('it was found'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UserError, String(error));
  return error;
}

describe('an object that was named', () => {
  it('is read', async () => {
    const found = await getOrExplain(cluster('we-b'), sought('we-b'), 'statefulset');
    assert.partialDeepStrictEqual(found, { metadata: { name: 'we-b' } });
  });

  it('is told with those there are when it is not there, sorted and the first few of many', async () => {
    const { message, fix, cause } = await complaint(cluster('zoo', 'api'));
    assert.equal(message, 'statefulset "we-b" not found in namespace "shop"');
    assert.equal(fix, 'there are: api, zoo');
    assert.ok(cause instanceof Error);
    assert.equal((await complaint(cluster('api'))).fix, 'there is: api');
    const many = Array.from({ length: 700 }, (_, index) => `s${1000 + index}`);
    assert.match((await complaint(cluster(...many))).fix ?? '', /s1000, .* and 695 more$/);
  });

  it('may be looked for elsewhere where there are no others, or they may not be listed', async () => {
    assert.equal((await complaint(cluster())).fix, 'choose another namespace with -n');
    const secretive = cluster('api');
    secretive.before = (request) => {
      if (request.path === COLLECTION) throw apiError(403, 'Forbidden');
    };
    assert.equal((await complaint(secretive)).fix, 'choose another namespace with -n');
  });

  it('is no matter of spelling when it may not be read', async () => {
    const kube = cluster();
    kube.before = () => {
      throw apiError(403, 'Forbidden');
    };
    await assert.rejects(getOrExplain(kube, sought('we-b'), 'statefulset'), /^ApiError: Forbidden/);
  });
});
