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

function pods(count: number, annotations: Record<string, string> = {}): Pod[] {
  return Array.from({ length: count }, (_, index) =>
    readPod({ metadata: { name: `web-${index}`, namespace: 'prod', uid: `uid-${index}`, annotations } }),
  );
}

/** Answers each request by this; counts those under way. */
function cluster(answer: (request: KubeRequest) => Promise<void>) {
  const seen = { asked: [] as KubeRequest[], underWay: 0, most: 0 };
  const kube: Kube = {
    ...fakeKube(),
    async request(request) {
      seen.asked.push(request);
      seen.underWay += 1;
      seen.most = Math.max(seen.most, seen.underWay);
      try {
        await answer(request);
        return {};
      } finally {
        seen.underWay -= 1;
      }
    },
  };
  return { kube, seen };
}

const later = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('deletion costs of the pods of a Deployment', () => {
  it('are written in the given order, few at a time, each to the pod that was seen', async () => {
    const { kube, seen } = cluster(later);
    await writeCosts(kube, pods(40));
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
    const { kube, seen } = cluster(async ({ path }) => {
      if (path.endsWith('/web-0')) throw apiError(404, 'NotFound');
    });
    await writeCosts(kube, pods(3));
    assert.equal(seen.asked.length, 3);
  });

  it('fail with the first refusal, once nothing is under way any more', async () => {
    const { kube, seen } = cluster(async ({ path }) => {
      if (path.endsWith('/web-3')) throw apiError(403, 'Forbidden');
      await later();
    });
    await assert.rejects(writeCosts(kube, pods(200)), /Forbidden happened/);
    assert.equal(seen.underWay, 0);
    const asked = seen.asked.length;
    assert.ok(asked <= 16, `${asked} were asked for`);
    await later();
    assert.equal(seen.asked.length, asked);
  });

  it('are given back as they were, where they were changed', async () => {
    const { kube, seen } = cluster(later);
    await restoreCosts(kube, [
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
