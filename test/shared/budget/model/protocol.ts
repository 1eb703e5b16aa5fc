/** The ledger as the model drives it, and ways to break its rules one by one without touching the code. */
import { outlastsConflict } from '../../../../shared/budget/lasting-read.ts';
import * as ledger from '../../../../shared/budget/ledger.ts';
import { RESERVATION_LIFETIME_MS } from '../../../../shared/budget/reservations.ts';
import type { BudgetStatus, Reservation, ZoneDisruptionBudget } from '../../../../shared/budget/types.ts';

export interface Protocol {
  admit: typeof ledger.admit;
  reconcile: typeof ledger.reconcile;
  /** Which reads of pods serve again after a conflict. */
  outlastsConflict: typeof outlastsConflict;
}

export const LEDGER: Protocol = { admit: ledger.admit, reconcile: ledger.reconcile, outlastsConflict };

export interface BrokenProtocol {
  rule: string;
  how: string;
  /** Where to begin for what is rare. */
  firstSeed?: number;
  protocol: Protocol;
}

export const BROKEN: readonly BrokenProtocol[] = [
  {
    rule: 'L1',
    how: 'looks at the zone of the pod only, as AWS does',
    protocol: { ...LEDGER, admit: admitByZone },
  },
  {
    rule: 'L2',
    how: 'takes the reservation from the cache instead of a consistent read',
    protocol: {
      ...LEDGER,
      admit(budget, requests, local, nowMs) {
        const admission = ledger.admit(budget, requests, local, nowMs);
        const cached = (reservation: Reservation): Reservation => {
          const pod = local?.pods.find(({ name }) => name === reservation.pod);
          const isNew = reservation.timeMs === nowMs;
          return pod && isNew && local
            ? { ...reservation, uid: pod.uid, resourceVersion: local.versions.pods }
            : reservation;
        };
        const next = admission.next && {
          ...admission.next,
          reservations: admission.next.reservations.map(cached),
        };
        return { ...admission, next };
      },
    },
  },
  {
    rule: 'L3',
    how: 'drops reservations first and writes the counts later',
    protocol: {
      ...LEDGER,
      reconcile(budget, observation, reads, nowMs) {
        const result = ledger.reconcile(budget, observation, reads, nowMs);
        if (result.kind !== 'write') return result;
        const { reservations } = result.status;
        const drops = reservations.length < budget.status.reservations.length;
        return drops ? { ...result, status: { ...budget.status, reservations } } : result;
      },
    },
  },
  {
    rule: 'L3',
    how: 'believes a cache that has not reached the reservation',
    protocol: {
      ...LEDGER,
      reconcile: (budget, observation, reads, nowMs) =>
        ledger.reconcile(
          withStatus(budget, {
            reservations: budget.status.reservations.map((each) => ({ ...each, resourceVersion: '0' })),
          }),
          observation,
          reads,
          nowMs,
        ),
    },
  },
  {
    rule: 'L3',
    how: 'does not ask by which scale the pod is expected',
    firstSeed: 14_000,
    protocol: {
      ...LEDGER,
      admit: (budget, requests, local, nowMs) =>
        ledger.admit(
          budget,
          requests.map((request) => ({ ...request, owner: undefined })),
          local,
          nowMs,
        ),
    },
  },
  {
    rule: 'L4',
    how: 'lets a stale writer write',
    protocol: {
      ...LEDGER,
      reconcile: (budget, observation, reads, nowMs) =>
        ledger.reconcile(
          withStatus(budget, { versions: { pods: '0', statefulsets: '0' } }),
          observation,
          reads,
          nowMs,
        ),
    },
  },
  {
    rule: 'L5',
    how: 'lets reservations expire by time alone',
    protocol: {
      ...LEDGER,
      reconcile(budget, observation, _reads, nowMs) {
        const invented = budget.status.reservations.map((reservation) => ({
          name: reservation.pod,
          pod: {
            name: reservation.pod,
            uid: reservation.uid,
            resourceVersion: '0',
            zone: reservation.zone,
            available: true,
            terminating: false,
            terminal: false,
          },
          startedAtMs: reservation.timeMs + RESERVATION_LIFETIME_MS,
        }));
        return ledger.reconcile(budget, observation, invented, nowMs);
      },
    },
  },
  {
    rule: 'L5',
    how: 'trusts a read from before the time had run out',
    protocol: {
      ...LEDGER,
      reconcile: (budget, observation, reads, nowMs) =>
        ledger.reconcile(
          budget,
          observation,
          reads.map((read) => ({ ...read, startedAtMs: nowMs })),
          nowMs,
        ),
    },
  },
  {
    rule: 'the precondition',
    how: 'lets the API server evict whatever pod has the name by then',
    protocol: {
      ...LEDGER,
      admit(budget, requests, local, nowMs) {
        const admission = ledger.admit(budget, requests, local, nowMs);
        const decisions = admission.decisions.map((decision) =>
          decision.kind === 'allow' ? { ...decision, precondition: undefined } : decision,
        );
        return { ...admission, decisions };
      },
    },
  },
];

function admitByZone(...[budget, requests, _local, nowMs]: Parameters<Protocol['admit']>): ledger.Admission {
  let { status } = budget;
  const decisions = requests.map((request) => {
    const here = <T extends { zone: string }>(all: readonly T[]) =>
      all.filter(({ zone }) => zone === request.pod?.zone);
    const elsewhere = status.reservations.filter(({ zone }) => zone !== request.pod?.zone);
    const narrow = withStatus(budget, {
      zones: here(status.zones),
      reservations: here(status.reservations),
    });
    const { decisions: one, next } = ledger.admit(narrow, [request], undefined, nowMs);
    if (next) status = { ...status, reservations: [...elsewhere, ...next.reservations] };
    return one;
  });
  return { decisions: decisions.flat(), next: status === budget.status ? undefined : status };
}

function withStatus(budget: ZoneDisruptionBudget, change: Partial<BudgetStatus>): ZoneDisruptionBudget {
  return { ...budget, status: { ...budget.status, ...change } };
}
