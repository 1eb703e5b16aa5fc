import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { allowedDisruptions, zoneLoads } from '../../shared/budget/decide/decide.ts';
import type { Reservation, ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { viewBudget } from '../../shared/budget/decide/view.ts';
import type { Verdict } from '../admission/verdict.ts';
import type { Refusal } from '../api/app.ts';

/** The webhook's metrics, in the Prometheus text format. */
export interface Metrics {
  verdict(verdict: Verdict, dryRun: boolean, tookMs: number): void;
  batch(size: number): void;
  conflict(): void;
  refusal(why: Refusal): void;
  /** The exposition and its content type. */
  expose(): Promise<{ text: string; contentType: string }>;
}

/** Up to the deadline of 4 s. */
const LATENCY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4];
const BATCH_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500];
const PREFIX = 'kubectl_zone_webhook_';

export interface MetricsSources {
  /** The current budgets: gauges of a deleted budget or zone disappear. */
  budgets: () => Iterable<ZoneDisruptionBudget>;
  leads: () => boolean;
  /** The number of broken watches. */
  staleWatches: () => number;
  /** How long this process has seen the reservation's pod reserved without interruption. */
  reservedForMs: (budget: ZoneDisruptionBudget, reservation: Reservation) => number;
}

export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const decisions = new Counter({
    name: `${PREFIX}decisions_total`,
    help: 'Evictions decided, by verdict, reason and whether it was a dry run.',
    labelNames: ['verdict', 'reason', 'dry_run'] as const,
    registers,
  });
  const latency = new Histogram({
    name: `${PREFIX}decision_duration_seconds`,
    help: 'Time from the request to the verdict.',
    labelNames: ['verdict'] as const,
    buckets: LATENCY_BUCKETS_S,
    registers,
  });
  const batches = new Histogram({
    name: `${PREFIX}batch_size`,
    help: 'Evictions that were decided together.',
    buckets: BATCH_BUCKETS,
    registers,
  });
  const refusals = new Counter({
    name: `${PREFIX}refused_requests_total`,
    help: 'Requests refused without a decision, by reason; strangers are those without the token in the path.',
    labelNames: ['reason'] as const,
    registers,
  });
  const conflicts = new Counter({
    name: `${PREFIX}conflicts_total`,
    help: 'Writes of a budget that lost to a concurrent one (409).',
    registers,
  });
  new Gauge({
    name: `${PREFIX}leader`,
    help: 'Whether this replica counts the budgets.',
    registers,
    collect() {
      this.set(sources.leads() ? 1 : 0);
    },
  });
  new Gauge({
    name: `${PREFIX}stale_watches`,
    help: 'Watches that are broken now.',
    registers,
    collect() {
      this.set(sources.staleWatches());
    },
  });
  addBudgetGauges(registry, sources);
  addZoneGauges(registry, sources);

  return {
    verdict({ kind, why }, dryRun, tookMs) {
      decisions.inc({ verdict: kind, reason: why, dry_run: String(dryRun) });
      latency.observe({ verdict: kind }, tookMs / 1000);
    },
    batch: (size) => batches.observe(size),
    conflict: () => conflicts.inc(),
    refusal: (reason) => refusals.inc({ reason }),
    expose: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}

/** Limit on series whose labels clients choose: a series costs memory here and in Prometheus. */
const MOST_SERIES = 10_000;

/** Shows budgets that are not counted and reservations that were not released. */
function addBudgetGauges(registry: Registry, { budgets, reservedForMs }: MetricsSources): void {
  const gauges: Readonly<Record<string, { help: string; value(budget: ZoneDisruptionBudget): number }>> = {
    kubectl_zone_budget_uncounted_generations: {
      help: 'Generations of the budget that are not counted yet; 0 when it is counted.',
      value: ({ metadata, status }) => Math.max(0, metadata.generation - status.observedGeneration),
    },
    kubectl_zone_budget_oldest_reservation_seconds: {
      help: 'Age of the oldest reservation: an eviction admitted and not yet observed, also if it is requested repeatedly; 0 without reservations.',
      value(budget) {
        const ages = budget.status.reservations.map((each) => reservedForMs(budget, each));
        return Math.max(0, ...ages) / 1000;
      },
    },
    kubectl_zone_budget_unusable: {
      help: 'Whether no eviction of an available pod is admitted, whatever the counts are: not counted, settling, or in error.',
      value: (budget) => ('code' in viewBudget(budget) ? 1 : 0),
    },
  };
  for (const [name, { help, value }] of Object.entries(gauges)) {
    new Gauge({
      name,
      help,
      labelNames: ['namespace', 'budget'] as const,
      registers: [registry],
      collect() {
        this.reset();
        let series = 0;
        for (const budget of budgets()) {
          if (series >= MOST_SERIES) return;
          series += 1;
          this.set({ namespace: budget.metadata.namespace, budget: budget.metadata.name }, value(budget));
        }
      },
    });
  }
}

interface ZoneNumbers {
  expected: number;
  unavailable: number;
  reserved: number;
  allowed: number;
}

const ZONE_GAUGES: Readonly<Record<keyof ZoneNumbers, string>> = {
  expected: 'Pods expected in the zone.',
  unavailable: 'Unavailable pods of the zone.',
  reserved: 'Pods of the zone whose eviction is admitted and not yet observed.',
  allowed: 'Pods of the zone that could be evicted now.',
};

function addZoneGauges(registry: Registry, { budgets }: MetricsSources): void {
  for (const [key, help] of Object.entries(ZONE_GAUGES) as [keyof ZoneNumbers, string][]) {
    new Gauge({
      name: `kubectl_zone_budget_${key}_pods`,
      help,
      labelNames: ['namespace', 'budget', 'zone'] as const,
      registers: [registry],
      collect() {
        this.reset();
        let series = 0;
        for (const budget of budgets()) {
          const { namespace, name } = budget.metadata;
          for (const [zone, numbers] of zoneNumbers(budget)) {
            if (series >= MOST_SERIES) return;
            series += 1;
            this.set({ namespace, budget: name, zone }, numbers[key]);
          }
        }
      },
    });
  }
}

function zoneNumbers(budget: ZoneDisruptionBudget): [string, ZoneNumbers][] {
  const view = viewBudget(budget);
  const { zones, reservations } = budget.status;
  const allowed = new Map('code' in view ? [] : allowedDisruptions(zones, reservations, view.maxUnavailable));
  return zoneLoads({ zones, reservations }, undefined).map(({ zone, expected, unavailable, reserved }) => [
    zone,
    { expected, unavailable, reserved: reserved.length, allowed: allowed.get(zone) ?? 0 },
  ]);
}
