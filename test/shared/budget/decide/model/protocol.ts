/** The ledger as the model drives it, and ways to break its rules one by one without touching the code. */
import { type Admission, admit } from '../../../../../shared/budget/decide/admit.ts';
import { outlastsConflict } from '../../../../../shared/budget/decide/binding.ts';
import { type Reconciliation, reconcile } from '../../../../../shared/budget/decide/reconcile.ts';
import { distrust, identityOf, PROTOCOL } from '../../../../../shared/budget/decide/trust.ts';
import type {
  BudgetStatus,
  PodRead,
  Reservation,
  ZoneDisruptionBudget,
} from '../../../../../shared/budget/decide/types.ts';
import { carriedOutUnseen, downUnheard, type Example, scaledUpBefore, scaledUpUnseen } from './examples.ts';

export interface Protocol {
  admit: typeof admit;
  reconcile: typeof reconcile;
  /** Which reads of pods serve again after a conflict. */
  outlastsConflict: typeof outlastsConflict;
  /** What the mutating webhook ties an eviction to; undefined for nothing. */
  bind(pod: Pick<PodRead, 'uid' | 'terminating'>): string | undefined;
  /** Whether an eviction that no budget decides about is tied to the pod as it was then (L7). */
  bindsUncovered: boolean;
  /** Whether nothing is admitted that is bound to no pod (L6). */
  bindsAll: boolean;
  /** Whether a process remembers what it has seen of a budget (L7). */
  remembers: boolean;
  /** Whether a cache that was silent for long is believed no more (L7). */
  doubts: boolean;
  /** Whether an owner's number is read anew when one of its pods has ended since (L3). */
  confirms: boolean;
  /** Whether what could not be told is looked at again by time (L9). */
  looksAgain: boolean;
  /** Whether a cache that is behind is listed (L9). */
  readsAnew: boolean;
}

export const LEDGER: Protocol = {
  admit,
  reconcile,
  outlastsConflict,
  bind: ({ uid }) => uid,
  bindsUncovered: true,
  bindsAll: true,
  remembers: true,
  doubts: true,
  confirms: true,
  looksAgain: true,
  readsAnew: true,
};

export interface BrokenProtocol {
  rule: string;
  how: string;
  /** What shows it, where a random schedule seldom does. */
  example?: Example;
  /** Where to begin with random ones, for what takes long to be hit upon. */
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
        const admission = admit(budget, requests, local, nowMs);
        const cached = (reservation: Reservation): Reservation => {
          const { observation } = local;
          const pod = observation?.pods.find(({ name }) => name === reservation.pod);
          const isNew = reservation.revision === budget.status.revision + 1;
          return pod && isNew && observation
            ? { ...reservation, uid: pod.uid, resourceVersion: observation.versions.pods }
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
    firstSeed: 500,
    protocol: {
      ...LEDGER,
      reconcile(budget, observation, reads, at) {
        const result = reconcile(budget, observation, reads, at);
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
    firstSeed: 14500,
    protocol: {
      ...LEDGER,
      reconcile: (budget, observation, reads, at) =>
        reconcile(
          withStatus(budget, {
            reservations: budget.status.reservations.map((each) => ({ ...each, resourceVersion: '0' })),
          }),
          observation,
          reads,
          at,
        ),
    },
  },
  {
    rule: 'L3',
    how: 'lets a pod end by a number of its Deployment that is older',
    example: scaledUpBefore({ names: 'random', number: 'watch' }),
    protocol: { ...LEDGER, confirms: false, reconcile: reconcileUnconfirmed },
  },
  {
    rule: 'L3',
    how: 'lets a pod end by a scale that was read before',
    example: scaledUpBefore({ names: 'random', number: 'scale' }),
    protocol: { ...LEDGER, confirms: false, reconcile: reconcileUnconfirmed },
  },
  {
    rule: 'L3',
    how: 'does not ask by which scale the pod is expected',
    example: scaledUpUnseen,
    protocol: {
      ...LEDGER,
      confirms: false,
      reconcile: reconcileUnconfirmed,
      admit: (budget, requests, local, nowMs) =>
        admit(
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
    firstSeed: 1200,
    protocol: {
      ...LEDGER,
      reconcile: (budget, observation, reads, at) =>
        reconcile(
          withStatus(
            budget,
            budget.status.versions.pods === undefined ? {} : { versions: { pods: '0', statefulsets: '0' } },
          ),
          observation,
          reads,
          at,
        ),
    },
  },
  {
    rule: 'L5',
    how: 'lets reservations expire by time alone',
    example: carriedOutUnseen,
    protocol: {
      ...LEDGER,
      reconcile(budget, observation, _reads, at) {
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
          startedAtMs: at.monotonicMs,
        }));
        return reconcile(budget, observation, invented, at);
      },
    },
  },
  {
    rule: 'L5',
    how: 'trusts a read from before the time had run out',
    example: carriedOutUnseen,
    protocol: {
      ...LEDGER,
      reconcile: (budget, observation, reads, at) =>
        reconcile(
          budget,
          observation,
          reads.map((read) => ({ ...read, startedAtMs: at.monotonicMs })),
          at,
        ),
    },
  },
  {
    rule: 'L6',
    how: 'binds nothing to a pod that is going, and admits it',
    protocol: { ...LEDGER, bindsAll: false, bind: ({ uid, terminating }) => (terminating ? undefined : uid) },
  },
  {
    rule: 'L7',
    how: 'trusts the first counts of a budget',
    protocol: {
      ...LEDGER,
      reconcile: (budget, observation, reads, at) =>
        reconcile(budget, observation, reads, { ...at, settleMs: 0, listedAtMs: at.monotonicMs }),
    },
  },
  {
    rule: 'L7',
    how: 'trusts counts that another selector has made',
    protocol: {
      ...LEDGER,
      remembers: false,
      admit: (budget, requests, local, nowMs) => admit(withIdentity(budget), requests, local, nowMs),
      reconcile: (budget, observation, reads, at) =>
        reconcile(withIdentity(budget), observation, reads, {
          ...at,
          distrustedSinceMs: distrust(withIdentity(budget)) && at.distrustedSinceMs,
        }),
    },
  },
  {
    rule: 'L7',
    how: 'does not remember what it has seen, and trusts a status that was put back',
    protocol: {
      ...LEDGER,
      remembers: false,
      reconcile: (budget, observation, reads, at) =>
        reconcile(budget, observation, reads, {
          ...at,
          distrustedSinceMs: distrust(budget) && at.distrustedSinceMs,
        }),
    },
  },
  {
    rule: 'L7',
    how: 'drops reservations of pods that the selector does not cover any more',
    protocol: {
      ...LEDGER,
      reconcile: (budget, observation, reads, at) =>
        reconcile(budget, { ...observation, uncounted: [] }, reads, {
          ...at,
          settleMs: 0,
          listedAtMs: at.monotonicMs,
        }),
    },
  },
  {
    rule: 'L7',
    how: 'ties a pod that no budget covers to its uid alone, and it is covered before it goes',
    firstSeed: 2400,
    protocol: { ...LEDGER, bindsUncovered: false },
  },
  {
    rule: 'L7',
    how: 'believes a watch that says nothing',
    example: downUnheard,
    protocol: { ...LEDGER, doubts: false },
  },
  {
    rule: 'L8',
    how: 'tells ages by the clocks of the API servers',
    firstSeed: 700,
    protocol: {
      ...LEDGER,
      reconcile: (budget, observation, reads, at) =>
        reconcile(
          budget,
          observation,
          reads.map((read) => ({ ...read, startedAtMs: read.startedAtMs + at.nowMs - at.monotonicMs })),
          {
            ...at,
            monotonicMs: at.nowMs,
            sinceMs: ({ timeMs }) => timeMs,
            distrustedSinceMs: at.distrustedSinceMs && at.distrustedSinceMs + at.nowMs - at.monotonicMs,
            listedAtMs: at.listedAtMs + at.nowMs - at.monotonicMs,
          },
        ),
    },
  },
  {
    rule: 'L10',
    how: 'reads a status of a later release as if it knew it',
    firstSeed: 1700,
    protocol: {
      ...LEDGER,
      admit: (budget, requests, local, nowMs) => admit(asPresent(budget), requests, local, nowMs),
      reconcile: (budget, observation, reads, at) =>
        reconcile(asPresent(budget), observation, reads, { ...at, distrustedSinceMs: undefined }),
    },
  },
];

/** What never moves again by itself, for the property that everything does once trouble has ended. */
export const STUCK: readonly BrokenProtocol[] = [
  { rule: 'L9', how: 'waits for changes alone', protocol: { ...LEDGER, looksAgain: false } },
  { rule: 'L9', how: 'never lists a cache that is behind', protocol: { ...LEDGER, readsAnew: false } },
];

function reconcileUnconfirmed(
  ...[budget, observation, reads, at]: Parameters<Protocol['reconcile']>
): Reconciliation {
  return reconcile(budget, { ...observation, unconfirmed: [] }, reads, at);
}

function withIdentity(budget: ZoneDisruptionBudget): ZoneDisruptionBudget {
  const { metadata, status } = budget;
  if (status.identity === '' || !status.identity.startsWith(`${metadata.uid}/`)) return budget;
  const observedGeneration = Math.max(status.observedGeneration, metadata.generation - 1);
  return withStatus(budget, { identity: identityOf(budget), observedGeneration });
}

function asPresent(budget: ZoneDisruptionBudget): ZoneDisruptionBudget {
  return budget.status.protocol > PROTOCOL ? withStatus(budget, { protocol: PROTOCOL }) : budget;
}

function admitByZone(...[budget, requests, { doubt }, nowMs]: Parameters<Protocol['admit']>): Admission {
  let { status } = budget;
  const decisions = requests.map((request) => {
    const here = <T extends { zone: string }>(all: readonly T[]) =>
      all.filter(({ zone }) => zone === request.pod?.zone);
    const elsewhere = status.reservations.filter(({ zone }) => zone !== request.pod?.zone);
    const narrow = withStatus(budget, {
      zones: here(status.zones),
      reservations: here(status.reservations),
    });
    const { decisions: one, next } = admit(narrow, [request], { doubt }, nowMs);
    if (next) status = { ...status, reservations: [...elsewhere, ...next.reservations] };
    return one;
  });
  return { decisions: decisions.flat(), next: status === budget.status ? undefined : status };
}

function withStatus(budget: ZoneDisruptionBudget, change: Partial<BudgetStatus>): ZoneDisruptionBudget {
  return { ...budget, status: { ...budget.status, ...change } };
}
