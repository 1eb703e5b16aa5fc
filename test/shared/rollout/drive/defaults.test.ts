import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { idOf } from '../../../../shared/rollout/decide/workload-id.ts';
import { fetchDefaults } from '../../../../shared/rollout/drive/defaults.ts';
import { apiError, fakeKube } from '../../../helpers/fake-kube.ts';

const UPDATES = '/apis/zonecontrol.k8s.aws/v1/namespaces/default/zoneawareupdates';
const STORE = idOf('statefulset', { name: 'store', namespace: 'default' });

/** A cluster with ZoneAwareUpdates, by name. */
function clusterWith(specs: Readonly<Record<string, object>>) {
  const kube = fakeKube();
  for (const [name, spec] of Object.entries(specs)) kube.put(UPDATES, { metadata: { name }, spec });
  return kube;
}

describe('defaults of a ZoneAwareUpdate', () => {
  it('are those of the object for this StatefulSet', async () => {
    const kube = clusterWith({
      other: { statefulset: 'other', maxUnavailable: 9 },
      mine: { statefulset: 'store', maxUnavailable: '33%', exponentialFactor: '2.0', pauseRolloutAlarm: 'a' },
    });
    const { defaults, notice } = await fetchDefaults(kube, STORE);
    assert.equal(notice, undefined);
    assert.equal(defaults?.name, 'mine');
    const { maxUnavailable, exponentialFactor, pauseRolloutAlarm } = defaults.spec;
    assert.deepEqual([maxUnavailable, exponentialFactor, pauseRolloutAlarm], ['33%', '2.0', 'a']);
  });

  it('are none where there is no object for it', async () => {
    const kube = clusterWith({ other: { statefulset: 'other', maxUnavailable: {} } });
    assert.deepEqual(await fetchDefaults(kube, STORE), { defaults: undefined, notice: undefined });
  });

  it('take an empty text for a field that was not set', async () => {
    const spec = { statefulset: 'store', exponentialFactor: '', pauseRolloutAlarm: '', maxUnavailable: '' };
    const { defaults } = await fetchDefaults(clusterWith({ mine: spec }), STORE);
    assert.ok(defaults);
    const { maxUnavailable, exponentialFactor, pauseRolloutAlarm } = defaults.spec;
    assert.deepEqual(
      [maxUnavailable, exponentialFactor, pauseRolloutAlarm],
      [undefined, undefined, undefined],
    );
  });

  for (const [code, reason, notice] of [
    [404, 'NotFound', undefined],
    [403, 'Forbidden', /no permission to list zoneawareupdates/],
  ] as const) {
    it(`are none after ${code}${notice ? ', with a notice' : ''}`, async () => {
      const kube = fakeKube();
      kube.before = () => {
        throw apiError(code, reason);
      };
      const found = await fetchDefaults(kube, STORE);
      assert.equal(found.defaults, undefined);
      if (notice) assert.match(found.notice ?? '', notice);
      else assert.equal(found.notice, undefined);
    });
  }

  it('are an error where the API server fails', async () => {
    const kube = fakeKube();
    kube.before = () => {
      throw apiError(500, 'InternalError');
    };
    await assert.rejects(fetchDefaults(kube, STORE), /InternalError/);
  });

  it('are an error where several objects are for it', async () => {
    const kube = clusterWith({ b: { statefulset: 'store' }, a: { statefulset: 'store' } });
    await assert.rejects(fetchDefaults(kube, STORE), /2 ZoneAwareUpdates refer to statefulset\/store: a, b/);
  });

  it('are an error that names object and field where a type is wrong', async () => {
    const kube = clusterWith({ mine: { statefulset: 'store', ignoreAlarm: 'yes', maxUnavailable: [] } });
    await assert.rejects(
      fetchDefaults(kube, STORE),
      /zoneawareupdate\/mine: spec\.maxUnavailable: .*\nzoneawareupdate\/mine: spec\.ignoreAlarm: /,
    );
  });
});
