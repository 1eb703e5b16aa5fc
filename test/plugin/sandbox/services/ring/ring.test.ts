import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRingPage } from '../../../../../shared/gates/decide/ring/page.ts';
import { manualClock } from '../../../../helpers/manual-clock.ts';
import { type Body, type Client, withSandbox } from '../../client.ts';
import { allReady, PODS, STATEFULSETS, statefulSet, template } from '../../objects.ts';

const SIM = 'sim.kubectl-zone.dev';

function ingesters(replicas: number, annotations: object, grace = 60): object {
  const { spec, metadata } = template({ app: 'i' }, 'app:1', {
    [`${SIM}/serves`]: 'ring',
    ...annotations,
  }) as { spec: object; metadata: object };
  const pods = { metadata, spec: { ...spec, terminationGracePeriodSeconds: grace } };
  return statefulSet('i', replicas, { template: pods });
}

async function ring(client: Client, from = 'i-0'): Promise<Record<string, string>> {
  const { code, body } = await client.call('GET', `${PODS}/${from}:80/proxy/ring`, undefined, {
    accept: 'application/json',
  });
  assert.equal(code, 200, JSON.stringify(body));
  const page = parseRingPage(body) ?? assert.fail(JSON.stringify(body));
  return Object.fromEntries(page.members.map(({ id, state }) => [id, state]));
}

/** True when the kubelet has so many pods. */
const taken = (count: number) => (pods: Body[]) =>
  pods.length === count && pods.every(({ status }) => status.startTime);

const gone = (name: string) => (pods: Body[]) => !pods.some(({ metadata }) => metadata.name === name);

describe('a simulated ring', () => {
  it('follows a pod that flushes in time and comes back', async () => {
    const clock = manualClock();
    await withSandbox({ clock }, async (client) => {
      await client.call(
        'POST',
        STATEFULSETS,
        ingesters(2, { [`${SIM}/flush`]: '40s', [`${SIM}/start`]: '10s' }),
      );
      // Created for a second, then starting for nine.
      await client.until(PODS, taken(2));
      clock.advance(1000);
      await client.until(PODS, (pods) => pods.every((pod) => pod.status.phase === 'Running'));
      assert.deepEqual(await ring(client), { 'i-0': 'JOINING', 'i-1': 'JOINING' });
      clock.advance(9000);
      await client.until(PODS, allReady(2));
      assert.deepEqual(await ring(client), { 'i-0': 'ACTIVE', 'i-1': 'ACTIVE' });

      await client.call('DELETE', `${PODS}/i-1`);
      await clock.scheduled((delayMs) => delayMs === 40_000);
      assert.deepEqual(await ring(client), { 'i-0': 'ACTIVE', 'i-1': 'LEAVING' });
      assert.deepEqual(await ring(client, 'i-1'), await ring(client), 'it serves while it flushes');
      clock.advance(40_000);
      await client.until(PODS, (pods) => pods.some((pod) => pod.status.phase === 'Pending'));
      assert.deepEqual(await ring(client), { 'i-0': 'ACTIVE' });
    });
  });

  it('keeps a pod that was killed at the end of its grace period, until it is forgotten', async () => {
    const clock = manualClock();
    await withSandbox({ clock }, async (client) => {
      await client.call('POST', STATEFULSETS, ingesters(2, { [`${SIM}/flush`]: '1h' }));
      await client.until(PODS, taken(2));
      clock.advance(0);
      await client.until(PODS, allReady(2));
      await client.call(
        'PATCH',
        `${STATEFULSETS}/i`,
        { spec: { replicas: 1 } },
        {
          'content-type': 'application/merge-patch+json',
        },
      );
      await clock.scheduled((delayMs) => delayMs === 60_000);
      clock.advance(60_000);
      await client.until(PODS, gone('i-1'));
      assert.deepEqual(await ring(client), { 'i-0': 'ACTIVE', 'i-1': 'LEAVING' });
      clock.advance(60_001);
      assert.deepEqual(await ring(client), { 'i-0': 'ACTIVE', 'i-1': 'UNHEALTHY' });

      const { code, headers } = await client.call('POST', `${PODS}/i-0:80/proxy/ring?forget=i-1`);
      assert.deepEqual([code, headers.location], [302, '#']);
      assert.deepEqual(await ring(client), { 'i-0': 'ACTIVE' });
    });
  });
});
