import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Sandbox, startSandbox } from '../../../../plugin/sandbox/sandbox.ts';
import { manualClock } from '../../../helpers/manual-clock.ts';
import { type Body, type Client, connectTo, patchType, withSandbox } from '../client.ts';
import { CONFIGMAPS, configMap } from '../objects.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];

function namesOf(body: Body): string[] {
  return body.items.map((item: Body) => item.metadata.name);
}

describe('lists', () => {
  let sandbox: Sandbox;
  let client: Client;

  before(async () => {
    sandbox = await startSandbox({ zones: [] });
    client = connectTo(sandbox);
    for (const name of NAMES) await client.call('POST', CONFIGMAPS, configMap(name, { name }));
  });
  after(async () => {
    client.close();
    await sandbox.stop();
  });

  it('come in pages that show one version, whatever changes in between', async () => {
    const first = await client.call('GET', `${CONFIGMAPS}?limit=2`);
    assert.deepEqual(namesOf(first.body), ['a', 'b']);
    assert.equal(first.body.metadata.remainingItemCount, 3);
    await client.call('POST', CONFIGMAPS, configMap('bb'));
    await client.call('DELETE', `${CONFIGMAPS}/d`);
    const token = encodeURIComponent(first.body.metadata.continue);
    const second = await client.call('GET', `${CONFIGMAPS}?limit=3&continue=${token}`);
    assert.deepEqual(namesOf(second.body), ['c', 'd', 'e']);
    assert.equal(second.body.metadata.resourceVersion, first.body.metadata.resourceVersion);
    assert.equal(second.body.metadata.continue, undefined);
    await client.call('DELETE', `${CONFIGMAPS}/bb`);
    await client.call('POST', CONFIGMAPS, configMap('d', { name: 'd' }));
  });

  it('of built-in kinds leave kind and version to the list', async () => {
    const { body } = await client.call('GET', CONFIGMAPS);
    assert.deepEqual([body.kind, body.apiVersion, body.items[0].kind], ['ConfigMapList', 'v1', undefined]);
  });

  it('select by labels and names', async () => {
    const { body } = await client.call('GET', `${CONFIGMAPS}?labelSelector=name%20in%20(a,c)`);
    assert.deepEqual(namesOf(body), ['a', 'c']);
    const named = await client.call('GET', `${CONFIGMAPS}?fieldSelector=metadata.name%3Db`);
    assert.deepEqual(namesOf(named.body), ['b']);
  });

  it('know exact versions, and refuse those of the future', async () => {
    const { body } = await client.call('GET', CONFIGMAPS);
    const version = body.metadata.resourceVersion;
    await client.call('POST', CONFIGMAPS, configMap('later'));
    const exact = await client.call(
      'GET',
      `${CONFIGMAPS}?resourceVersion=${version}&resourceVersionMatch=Exact`,
    );
    assert.equal(namesOf(exact.body).includes('later'), false);
    const newer = await client.call('GET', `${CONFIGMAPS}?resourceVersion=${version}`);
    assert.equal(namesOf(newer.body).includes('later'), true);
    assert.equal((await client.call('GET', `${CONFIGMAPS}?resourceVersion=99999999`)).code, 504);
    assert.equal((await client.call('GET', `${CONFIGMAPS}?resourceVersion=x`)).code, 400);
  });

  it('can no longer be continued when the history is gone', async () => {
    const first = await client.call('GET', `${CONFIGMAPS}?limit=1`);
    await client.call('PATCH', `${CONFIGMAPS}/a`, { data: { x: 'y' } }, patchType('merge'));
    sandbox.expireHistory();
    const token = encodeURIComponent(first.body.metadata.continue);
    const { code, body } = await client.call('GET', `${CONFIGMAPS}?limit=1&continue=${token}`);
    assert.deepEqual([code, body.reason], [410, 'Expired']);
  });
});

describe('watches', () => {
  it('tell what happened after a version, in order', () =>
    withSandbox({ zones: [] }, async (client) => {
      const { body } = await client.call('GET', CONFIGMAPS);
      await client.call('POST', CONFIGMAPS, configMap('a'));
      const seen: string[] = [];
      for await (const { type, object } of client.watch(
        `${CONFIGMAPS}?watch=1&resourceVersion=${body.metadata.resourceVersion}`,
      )) {
        seen.push(`${type} ${object.metadata.name}`);
        if (type === 'ADDED')
          await client.call('PATCH', `${CONFIGMAPS}/a`, { data: { x: '1' } }, patchType('merge'));
        if (type === 'MODIFIED') await client.call('DELETE', `${CONFIGMAPS}/a`);
        if (type === 'DELETED') break;
      }
      assert.deepEqual(seen, ['ADDED a', 'MODIFIED a', 'DELETED a']);
    }));

  it('show objects that enter and leave a selection', () =>
    withSandbox({ zones: [] }, async (client) => {
      const seen: string[] = [];
      const steps = [{ in: 'yes' }, { in: 'yes', x: '1' }, { in: 'no' }];
      const path = `${CONFIGMAPS}?watch=1&labelSelector=in%3Dyes&resourceVersion=0`;
      await client.call('POST', CONFIGMAPS, configMap('m', { in: 'no' }));
      await client.call('POST', CONFIGMAPS, configMap('start', { in: 'yes' }));
      for await (const { type, object } of client.watch(path)) {
        seen.push(`${type} ${object.metadata.name}`);
        const labels = steps.shift();
        if (!labels) break;
        await client.call('PATCH', `${CONFIGMAPS}/m`, { metadata: { labels } }, patchType('merge'));
      }
      assert.deepEqual(seen, ['ADDED start', 'ADDED m', 'MODIFIED m', 'DELETED m']);
    }));

  it('end with 410 when the history is gone, as an event or as a status', () =>
    withSandbox({ zones: [] }, async (client, sandbox) => {
      const { body } = await client.call('GET', CONFIGMAPS);
      const path = `${CONFIGMAPS}?watch=1&resourceVersion=${body.metadata.resourceVersion}`;
      await client.call('POST', CONFIGMAPS, configMap('a'));
      sandbox.expireHistory();
      const events: string[] = [];
      for await (const { type, object } of client.watch(path))
        events.push(`${type} ${object.code} ${object.reason}`);
      assert.deepEqual(events, ['ERROR 410 Expired']);
      sandbox.expireHistory('status');
      const refused = await client.call('GET', path);
      assert.deepEqual([refused.code, refused.body.reason], [410, 'Expired']);
    }));

  it('can be ended with 410 while they are open', () =>
    withSandbox({ zones: [] }, async (client, sandbox) => {
      await client.call('POST', CONFIGMAPS, configMap('a'));
      const events: string[] = [];
      for await (const { type } of client.watch(`${CONFIGMAPS}?watch=1`)) {
        events.push(type);
        if (type === 'ADDED') sandbox.closeWatches('expired');
      }
      assert.deepEqual(events, ['ADDED', 'ERROR']);
    }));

  it('send bookmarks, and end when their time is up', async () => {
    const clock = manualClock();
    await withSandbox({ zones: [], clock }, async (client) => {
      const path = `${CONFIGMAPS}?watch=1&allowWatchBookmarks=true&timeoutSeconds=90&resourceVersion=0`;
      await client.call('POST', CONFIGMAPS, configMap('a'));
      const seen: string[] = [];
      for await (const { type, object } of client.watch(path)) {
        seen.push(type);
        if (type === 'BOOKMARK') assert.match(object.metadata.resourceVersion, /^\d+$/);
        clock.advance(60_000);
      }
      assert.deepEqual(seen, ['ADDED', 'BOOKMARK']);
    });
  });

  it('answer sendInitialEvents as a server without that feature', () =>
    withSandbox({ zones: [] }, async (client) => {
      const path = `${CONFIGMAPS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`;
      const { code, body } = await client.call('GET', path);
      assert.deepEqual([code, body.reason], [422, 'Invalid']);
    }));

  it('carry tables', () =>
    withSandbox({ zones: [] }, async (client) => {
      await client.call('POST', CONFIGMAPS, configMap('a'));
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
      for await (const { object } of client.watch(`${CONFIGMAPS}?watch=1`, { accept })) {
        assert.deepEqual([object.kind, object.rows[0].cells[0]], ['Table', 'a']);
        break;
      }
    }));
});
