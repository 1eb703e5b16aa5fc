import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Sandbox, startSandbox } from '../../../../plugin/sandbox/sandbox.ts';
import { type Client, connectTo, patchType } from '../client.ts';
import { CONFIGMAPS, configMap, STATEFULSETS, statefulSet } from '../objects.ts';

describe('the API', () => {
  let sandbox: Sandbox;
  let client: Client;

  before(async () => {
    sandbox = await startSandbox();
    client = connectTo(sandbox);
  });
  after(async () => {
    client.close();
    await sandbox.stop();
  });

  it('asks for the token', async () => {
    const { code, body } = await client.call('GET', CONFIGMAPS, undefined, { authorization: 'Bearer wrong' });
    assert.equal(code, 401);
    assert.deepEqual([body.kind, body.reason, body.code], ['Status', 'Unauthorized', 401]);
  });

  it('answers in the words of the real server when something is missing', async () => {
    const missing = await client.call('GET', `${STATEFULSETS}/nope`);
    assert.equal(missing.code, 404);
    assert.equal(missing.body.message, 'statefulsets.apps "nope" not found');
    assert.deepEqual(missing.body.details, { name: 'nope', group: 'apps', kind: 'statefulsets' });
    const unknown = await client.call('GET', '/apis/nope/v1/things');
    assert.equal(unknown.body.message, 'the server could not find the requested resource');
    assert.equal((await client.call('PUT', CONFIGMAPS, {})).code, 405);
  });

  it('creates, refuses a second one, and makes up names', async () => {
    assert.equal((await client.call('POST', CONFIGMAPS, configMap('one'))).code, 201);
    const again = await client.call('POST', CONFIGMAPS, configMap('one'));
    assert.deepEqual([again.code, again.body.reason], [409, 'AlreadyExists']);
    const generated = await client.call('POST', CONFIGMAPS, { metadata: { generateName: 'gen-' } });
    assert.match(generated.body.metadata.name, /^gen-[a-z0-9]{5}$/);
    const elsewhere = CONFIGMAPS.replace('default', 'nope');
    assert.equal(
      (await client.call('POST', elsewhere, configMap('two'))).body.message,
      'namespaces "nope" not found',
    );
  });

  it('validates names and workloads', async () => {
    const badName = await client.call('POST', CONFIGMAPS, configMap('Not_Valid'));
    assert.deepEqual([badName.code, badName.body.reason], [422, 'Invalid']);
    const badSelector = statefulSet('bad', 1, { selector: { matchLabels: { other: 'x' } } });
    const refused = await client.call('POST', STATEFULSETS, badSelector);
    assert.match(refused.body.message, /`selector` does not match template `labels`/);
    const badLabel = await client.call('POST', CONFIGMAPS, { metadata: { name: 'x', labels: { a: 1 } } });
    assert.equal(badLabel.code, 400);
  });

  it('holds writers to the version that they read', async () => {
    const { body } = await client.call('POST', CONFIGMAPS, configMap('cas'));
    const changed = await client.call('PUT', `${CONFIGMAPS}/cas`, { ...body, data: { a: '1' } });
    assert.equal(changed.code, 200);
    const late = await client.call('PUT', `${CONFIGMAPS}/cas`, { ...body, data: { a: '2' } });
    assert.deepEqual([late.code, late.body.reason], [409, 'Conflict']);
    const other = { ...body, metadata: { ...body.metadata, resourceVersion: '', uid: 'another' } };
    assert.equal((await client.call('PUT', `${CONFIGMAPS}/cas`, other)).code, 409);
  });

  it('writes nothing when nothing changes', async () => {
    const { body } = await client.call('POST', CONFIGMAPS, configMap('same'));
    const same = await client.call('PATCH', `${CONFIGMAPS}/same`, { data: {} }, patchType('merge'));
    assert.equal(same.body.metadata.resourceVersion, body.metadata.resourceVersion);
  });

  it('stores nothing in a dry run', async () => {
    assert.equal((await client.call('POST', `${CONFIGMAPS}?dryRun=All`, configMap('dry'))).code, 201);
    assert.equal((await client.call('GET', `${CONFIGMAPS}/dry`)).code, 404);
    await client.call('POST', CONFIGMAPS, configMap('dry'));
    const patched = await client.call(
      'PATCH',
      `${CONFIGMAPS}/dry?dryRun=All`,
      { data: { a: '1' } },
      patchType('merge'),
    );
    assert.deepEqual(patched.body.data, { a: '1' });
    await client.call('DELETE', `${CONFIGMAPS}/dry?dryRun=All`);
    await client.call('DELETE', `${CONFIGMAPS}/dry`, { dryRun: ['All'] });
    assert.deepEqual((await client.call('GET', `${CONFIGMAPS}/dry`)).body.data, {});
    assert.equal((await client.call('POST', `${CONFIGMAPS}?dryRun=Some`, configMap('dry2'))).code, 422);
  });

  it('checks the preconditions of a deletion', async () => {
    const { body } = await client.call('POST', CONFIGMAPS, configMap('gone'));
    const wrong = await client.call('DELETE', `${CONFIGMAPS}/gone`, { preconditions: { uid: 'x' } });
    assert.equal(wrong.code, 409);
    assert.match(wrong.body.message, /the UID in the precondition \(x\) does not match the UID in record/);
    const stale = { preconditions: { resourceVersion: '1' } };
    assert.equal((await client.call('DELETE', `${CONFIGMAPS}/gone`, stale)).code, 409);
    const right = await client.call('DELETE', `${CONFIGMAPS}/gone`, {
      preconditions: { uid: body.metadata.uid },
    });
    assert.deepEqual([right.code, right.body.status], [200, 'Success']);
  });

  it('keeps an object until its finalizers are gone', async () => {
    const held = { ...configMap('held'), metadata: { name: 'held', finalizers: ['test/hold'] } };
    await client.call('POST', CONFIGMAPS, held);
    const marked = await client.call('DELETE', `${CONFIGMAPS}/held`);
    assert.ok(marked.body.metadata.deletionTimestamp);
    const patch = { metadata: { finalizers: null } };
    await client.call('PATCH', `${CONFIGMAPS}/held`, patch, patchType('merge'));
    assert.equal((await client.call('GET', `${CONFIGMAPS}/held`)).code, 404);
  });

  it('separates spec and status, and counts generations of the spec alone', async () => {
    await client.call('POST', STATEFULSETS, statefulSet('sep', 0));
    await client.until(`${STATEFULSETS}?fieldSelector=metadata.name%3Dsep`, ([set]) => set.status);
    const path = `${STATEFULSETS}/sep`;
    const both = { spec: { minReadySeconds: 3 }, status: { replicas: 77 } };
    const main = await client.call('PATCH', path, both, patchType('merge'));
    assert.deepEqual([main.body.metadata.generation, main.body.spec.minReadySeconds], [2, 3]);
    assert.notEqual(main.body.status?.replicas, 77);
    const other = { spec: { minReadySeconds: 9 }, status: { collisionCount: 5 } };
    const status = await client.call('PATCH', `${path}/status`, other, patchType('merge'));
    assert.deepEqual([status.body.spec.minReadySeconds, status.body.status.collisionCount], [3, 5]);
    assert.equal(status.body.metadata.generation, 2);
    const labelled = await client.call(
      'PATCH',
      path,
      { metadata: { labels: { a: 'b' } } },
      patchType('merge'),
    );
    assert.equal(labelled.body.metadata.generation, 2);
  });

  it('forbids changes of fixed fields', async () => {
    await client.call('POST', STATEFULSETS, statefulSet('fixed', 0));
    const patch = { spec: { serviceName: 'other' } };
    const { code, body } = await client.call('PATCH', `${STATEFULSETS}/fixed`, patch, patchType('merge'));
    assert.equal(code, 422);
    assert.match(
      body.message,
      /^StatefulSet\.apps "fixed" is invalid: spec: Forbidden: updates to statefulset spec/,
    );
  });

  it('has a scale', async () => {
    await client.call('POST', STATEFULSETS, statefulSet('scaled', 0));
    const { body: scale } = await client.call('GET', `${STATEFULSETS}/scaled/scale`);
    assert.deepEqual([scale.kind, scale.spec.replicas, scale.status.selector], ['Scale', 0, 'app=scaled']);
    await client.call('PUT', `${STATEFULSETS}/scaled/scale`, {
      ...scale,
      metadata: { name: 'scaled' },
      spec: { replicas: 2 },
    });
    assert.equal((await client.call('GET', `${STATEFULSETS}/scaled`)).body.spec.replicas, 2);
  });

  it('applies: creates what is missing, then merges', async () => {
    const apply = (body: object) =>
      client.call('PATCH', `${CONFIGMAPS}/applied?fieldManager=t`, body, {
        'content-type': 'application/apply-patch+yaml',
      });
    assert.equal((await apply({ ...configMap('applied'), data: { a: '1' } })).code, 201);
    const { code, body } = await apply({ apiVersion: 'v1', kind: 'ConfigMap', data: { b: '2' } });
    assert.deepEqual([code, body.data], [200, { a: '1', b: '2' }]);
  });

  it('says which patches it takes', async () => {
    const { code } = await client.call('PATCH', `${CONFIGMAPS}/one`, {}, { 'content-type': 'text/plain' });
    assert.equal(code, 415);
  });

  it('deletes a collection by selector', async () => {
    for (const name of ['c1', 'c2']) await client.call('POST', CONFIGMAPS, configMap(name, { set: 'c' }));
    const { body } = await client.call('DELETE', `${CONFIGMAPS}?labelSelector=set%3Dc`);
    assert.equal(body.items.length, 2);
    assert.equal((await client.call('GET', `${CONFIGMAPS}?labelSelector=set%3Dc`)).body.items.length, 0);
  });

  it('renders tables', async () => {
    await client.call('POST', CONFIGMAPS, configMap('tabled'));
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const { body } = await client.call('GET', `${CONFIGMAPS}/tabled`, undefined, { accept });
    assert.equal(body.kind, 'Table');
    const names = body.columnDefinitions.map((column: { name: string }) => column.name);
    assert.deepEqual(names, ['Name', 'Data', 'Age']);
    assert.deepEqual(body.rows[0].cells.slice(0, 2), ['tabled', '0']);
    assert.equal(body.rows[0].object.kind, 'PartialObjectMetadata');
  });

  it('serves an event under both of its groups', async () => {
    const event = {
      metadata: { name: 'e' },
      regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
      note: 'hello',
      reason: 'Testing',
      type: 'Normal',
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'test',
      reportingInstance: 'test-1',
      action: 'Test',
    };
    const path = '/apis/events.k8s.io/v1/namespaces/default/events';
    assert.equal((await client.call('POST', path, event)).body.note, 'hello');
    const { body } = await client.call('GET', '/api/v1/namespaces/default/events/e');
    assert.deepEqual([body.message, body.involvedObject.name, body.apiVersion], ['hello', 'p', 'v1']);
  });
});
