import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Kube, KubeRequest } from '../../../../../shared/kube/kube.ts';
import { type Pod, readPod } from '../../../../../shared/kube/objects.ts';
import {
  COST_ANNOTATION,
  COST_BEFORE_ANNOTATION,
} from '../../../../../shared/rollout/decide/deletion-cost.ts';
import { restoreCosts, writeCosts } from '../../../../../shared/rollout/drive/deployment/costs.ts';
import { apiError, fakeKube } from '../../../../helpers/fake-kube.ts';
import { manualClock } from '../../../../helpers/manual-clock.ts';

function podObject(index: number, annotations: Record<string, string> = {}, resourceVersion = '7') {
  const metadata = { name: `web-${index}`, namespace: 'prod', uid: `uid-${index}`, annotations };
  return { metadata: { ...metadata, resourceVersion } };
}

function pods(count: number, annotations: Record<string, string> = {}): Pod[] {
  return Array.from({ length: count }, (_, index) => readPod(podObject(index, annotations)));
}

/** Answers each request by this; counts those under way. A pod that is read has changed. */
function cluster(answer: (request: KubeRequest) => Promise<void>) {
  const seen = { asked: [] as KubeRequest[], underWay: 0, most: 0 };
  const clock = manualClock();
  const unanswered = new Set<string>();
  const kube: Kube = {
    ...fakeKube(),
    async request(request) {
      seen.asked.push(request);
      seen.underWay += 1;
      seen.most = Math.max(seen.most, seen.underWay);
      try {
        await answer(request);
        return request.method === 'GET' ? { metadata: {}, items: [podObject(0, {}, '8')] } : {};
      } finally {
        seen.underWay -= 1;
      }
    },
  };
  return { tools: { kube, clock, unanswered, holdsLease: () => true }, clock, seen };
}

const versionsIn = (asked: readonly KubeRequest[]) =>
  asked
    .filter(({ method }) => method === 'PATCH')
    .map(({ body }) => (body as { metadata: { resourceVersion: string } }).metadata.resourceVersion);

const later = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('deletion costs of the pods of a Deployment', () => {
  it('are written in the given order, few at a time, each to the pod that was seen', async () => {
    const { tools, seen } = cluster(later);
    await writeCosts(tools, pods(40));
    assert.equal(seen.asked.length, 40);
    assert.ok(seen.most <= 16, `${seen.most} at once`);
    const bodies = seen.asked.map(
      ({ body }) => (body as { metadata: { uid: string; annotations: Record<string, string> } }).metadata,
    );
    assert.deepEqual(
      bodies.map(({ uid }) => uid),
      pods(40).map(({ metadata }) => metadata.uid),
    );
    const costs = bodies.map(({ annotations }) => Number(annotations[COST_ANNOTATION]));
    assert.deepEqual(
      costs,
      costs.toSorted((a, b) => a - b),
    );
  });

  it('are not missed on pods that have gone', async () => {
    const { tools, seen } = cluster(async ({ path }) => {
      if (path.endsWith('/web-0')) throw apiError(404, 'NotFound');
    });
    await writeCosts(tools, pods(3));
    assert.equal(seen.asked.length, 3);
  });

  it('fail with the first refusal, once nothing is under way any more', async () => {
    const { tools, seen } = cluster(async ({ path }) => {
      if (path.endsWith('/web-3')) throw apiError(403, 'Forbidden');
      await later();
    });
    await assert.rejects(writeCosts(tools, pods(200)), /Forbidden happened/);
    assert.equal(seen.underWay, 0);
    const asked = seen.asked.length;
    assert.ok(asked <= 16, `${asked} were asked for`);
    await later();
    assert.equal(seen.asked.length, asked);
  });

  it('are bound to a version that was read while the Lease was held', async () => {
    let conflicts = 1;
    let isHeld = true;
    const { tools, seen } = cluster(async ({ method }) => {
      if (method === 'PATCH' && conflicts-- > 0) throw apiError(409, 'Conflict');
      isHeld = method !== 'GET';
    });
    await writeCosts(tools, pods(1));
    assert.deepEqual(versionsIn(seen.asked), ['7', '8']);
    conflicts = 1;
    await writeCosts({ ...tools, holdsLease: () => isHeld }, pods(1));
    assert.deepEqual(versionsIn(seen.asked), ['7', '8', '7'], 'nothing is written without the Lease');
  });

  it('are written again until there is an answer: an earlier request could still be carried out', async () => {
    let lost = 2;
    const { tools, clock, seen } = cluster(async () => {
      if (lost-- > 0) throw apiError(504, 'Timeout');
    });
    const { signal } = new AbortController();
    const written = writeCosts({ ...tools, signal }, pods(1));
    for (let times = 0; times < 2; times += 1) {
      await later();
      assert.equal(tools.unanswered.size, 1);
      clock.advance(1_000);
    }
    await written;
    assert.equal(tools.unanswered.size, 0);
    assert.deepEqual(versionsIn(seen.asked), ['7', '7', '7']);
    lost = 1;
    await assert.rejects(restoreCosts(tools, pods(1, { [COST_BEFORE_ANNOTATION]: '' })), /Timeout/);
    assert.equal(tools.unanswered.size, 1);
  });

  it('are given back as they were, where they were changed', async () => {
    const { tools, seen } = cluster(later);
    await restoreCosts(tools, [
      ...pods(1),
      ...pods(1, { [COST_ANNOTATION]: '-5', [COST_BEFORE_ANNOTATION]: '7' }),
      ...pods(1, { [COST_ANNOTATION]: '-4', [COST_BEFORE_ANNOTATION]: '' }),
    ]);
    assert.deepEqual(
      seen.asked.map(({ body }) => (body as { metadata: { annotations: unknown } }).metadata.annotations),
      [
        { [COST_ANNOTATION]: '7', [COST_BEFORE_ANNOTATION]: null },
        { [COST_ANNOTATION]: null, [COST_BEFORE_ANNOTATION]: null },
      ],
    );
  });
});
