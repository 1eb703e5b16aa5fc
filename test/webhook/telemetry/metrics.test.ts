import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readZoneDisruptionBudget } from '../../../shared/budget/decide/budget.ts';
import { createMetrics } from '../../../webhook/telemetry/metrics.ts';

/** Each for as many seconds as its number says, by this process' own clock. */
const reservedForMs = (_: unknown, { pod }: { pod: string }) => Number(pod.split('-')[1]) * 1000;

function budget(name: string, generation: number, status: object) {
  return readZoneDisruptionBudget({
    metadata: { name, namespace: 'mimir', uid: `uid-${name}`, resourceVersion: '1', generation },
    spec: { selector: { matchLabels: { app: name } }, maxUnavailable: 1 },
    status,
  });
}

const reservation = (pod: string, time: string) => ({
  pod,
  uid: `uid-${pod}`,
  resourceVersion: '1',
  zone: 'a',
  time,
});

async function exposed(...budgets: ReturnType<typeof budget>[]): Promise<string> {
  const sources = { budgets: () => budgets, leads: () => true, staleWatches: () => 0, reservedForMs };
  return (await createMetrics(sources).expose()).text;
}

describe('metrics of budgets', () => {
  it('say how many changes the counts do not know, and how old the oldest reservation is', async () => {
    const text = await exposed(
      budget('counted', 3, { observedGeneration: 3 }),
      budget('behind', 3, {
        observedGeneration: 1,
        reservations: [
          reservation('behind-59', '2026-01-01T00:54:00Z'),
          reservation('behind-360', '2026-01-01T00:59:00Z'),
          reservation('behind-0', '2026-01-01T02:00:00Z'),
        ],
      }),
      budget('new', 1, {}),
    );
    for (const [name, generations, seconds] of [
      ['counted', 0, 0],
      ['behind', 2, 360],
      ['new', 1, 0],
    ]) {
      const labels = `{namespace="mimir",budget="${name}"}`;
      assert.ok(text.includes(`kubectl_zone_budget_uncounted_generations${labels} ${generations}\n`), text);
      assert.ok(text.includes(`kubectl_zone_budget_oldest_reservation_seconds${labels} ${seconds}\n`), text);
    }
  });

  it('are bounded, however many budgets there are', async () => {
    const text = await exposed(...Array.from({ length: 10_100 }, (_, i) => budget(`b-${i}`, 1, {})));
    assert.equal(text.match(/^kubectl_zone_budget_uncounted_generations\{/gm)?.length, 10_000);
  });
});
