import { readZoneDisruptionBudget } from '../../../../shared/budget/decide/budget.ts';
import type { Counting } from '../../../../shared/budget/decide/reconcile.ts';
import { identityOf, PROTOCOL } from '../../../../shared/budget/decide/trust.ts';
import type {
  BudgetObservation,
  CachedPod,
  PodRead,
  Reservation,
  ZoneDisruptionBudget,
} from '../../../../shared/budget/decide/types.ts';

export const NOW_MS = Date.parse('2026-03-01T12:00:00Z');

/** An available pod `ingester-<ordinal>`, in zone-a, zone-b, zone-c by turns. */
export function podRead(ordinal: number, change: Partial<PodRead> = {}): PodRead {
  return {
    name: `ingester-${ordinal}`,
    uid: `uid-${ordinal}`,
    resourceVersion: '100',
    zone: zoneOf(ordinal),
    available: true,
    terminating: false,
    terminal: false,
    ...change,
  };
}

export function zoneOf(ordinal: number): string {
  return `zone-${'abc'[ordinal % 3]}`;
}

/** Six pods that a cache shows at version 120. */
export function observation(
  change: (ordinal: number) => Partial<CachedPod> | 'missing' = () => ({}),
  whole: Partial<BudgetObservation> = {},
): BudgetObservation {
  const pods: CachedPod[] = [];
  const missing: string[] = [];
  for (let ordinal = 0; ordinal < 6; ordinal += 1) {
    const changed = change(ordinal);
    if (changed === 'missing') missing.push(`ingester-${ordinal}`);
    else pods.push(podRead(ordinal, changed));
  }
  return {
    versions: { pods: '120', statefulsets: '90' },
    pods,
    missing,
    uncounted: [],
    unconfirmed: [],
    expectedReplicas: 6,
    lastZones: new Map(),
    ...whole,
  };
}

export function reservation(ordinal: number, change: Partial<Reservation> = {}): Reservation {
  return {
    pod: `ingester-${ordinal}`,
    uid: `uid-${ordinal}`,
    resourceVersion: '100',
    ownerVersions: {},
    zone: zoneOf(ordinal),
    timeMs: NOW_MS - 1_000,
    revision: 0,
    ...change,
  };
}

/** A budget whose six pods were counted at version 110, all of them available. */
export function budget(
  change: Partial<ZoneDisruptionBudget['status']> = {},
  spec: Readonly<Record<string, unknown>> = {},
): ZoneDisruptionBudget {
  const parsed = readZoneDisruptionBudget({
    metadata: { name: 'ingesters', namespace: 'cortex', generation: 3, resourceVersion: '111' },
    spec: { maxUnavailable: 2, ...spec },
    status: {
      observedGeneration: 3,
      expectedReplicas: 6,
      expectedPods: { 'zone-a': 2, 'zone-b': 2, 'zone-c': 2 },
      currentUnhealthy: { 'zone-a': 0, 'zone-b': 0, 'zone-c': 0 },
      observedVersions: { pods: '110', statefulsets: '90' },
    },
  });
  const { status } = parsed;
  return {
    ...parsed,
    status: { ...status, protocol: PROTOCOL, identity: identityOf(parsed), revision: 7, ...change },
  };
}

/** Whoever counts at this moment, and has known of each reservation since its own time. */
export function counting(nowMs: number, change: Partial<Counting> = {}): Counting {
  return {
    nowMs,
    monotonicMs: nowMs,
    sinceMs: ({ timeMs }) => timeMs,
    distrustedSinceMs: undefined,
    revision: 0,
    settleMs: 75_000,
    listedAtMs: nowMs,
    ...change,
  };
}

/** Counts as in the status, with the unavailable pods of the zones that are named. */
export function counts(unavailable: Readonly<Record<string, number>>) {
  return ['zone-a', 'zone-b', 'zone-c'].map((zone) => ({
    zone,
    expected: 2,
    unavailable: unavailable[zone] ?? 0,
  }));
}
