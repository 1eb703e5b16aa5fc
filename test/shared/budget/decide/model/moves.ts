/** How often each move happens. Schedules differ in character, because each rule is needed in other circumstances. */

export type Move =
  | 'ask'
  | 'webhook'
  | 'carry-out'
  | 'reconcile'
  | 'advance-pods'
  | 'advance-replicas'
  | 'catch-up'
  | 'progress'
  | 'clock'
  | 'crash'
  | 'restart'
  | 'read-ahead'
  | 'scale'
  | 'spec'
  | 'fail'
  | 'silence'
  | 'step-clock'
  | 'recreate'
  | 'wipe'
  | 'put-back'
  | 'selector'
  | 'dry-run'
  | 'owner'
  | 'label';

type Weights = Readonly<Record<Move, number>>;

const EVEN: Weights = {
  ask: 14,
  webhook: 18,
  'carry-out': 12,
  reconcile: 16,
  'advance-pods': 10,
  'advance-replicas': 1,
  'catch-up': 3,
  progress: 18,
  clock: 3,
  crash: 0.5,
  restart: 1,
  'read-ahead': 0.5,
  scale: 0.5,
  spec: 0.1,
  fail: 0.5,
  silence: 0.1,
  'step-clock': 0.2,
  recreate: 0,
  wipe: 0,
  'put-back': 0,
  selector: 0,
  'dry-run': 0,
  owner: 0.1,
  label: 0.1,
};

const CHARACTERS: readonly Weights[] = [
  EVEN,
  /** Pods fail by themselves. */
  { ...EVEN, fail: 3, progress: 22 },
  /** Caches that fall far behind, processes that start with old lists. */
  { ...EVEN, 'advance-pods': 5, 'catch-up': 5, restart: 3, fail: 2, progress: 26 },
  /** Reservations that outlive their time, slow caches, reads kept too long. */
  { ...EVEN, 'advance-pods': 7, clock: 8, 'read-ahead': 8 },
  /** The budget loses its ledger, in every way that there is. */
  { ...EVEN, clock: 6, recreate: 1, wipe: 1, 'put-back': 1.5, 'catch-up': 6 },
  /** Who covers what changes while evictions are under way. */
  { ...EVEN, clock: 6, selector: 2, 'dry-run': 1, spec: 0.5, 'catch-up': 6 },
  /** Pods lose the label by which the budget covers them, and get it back. */
  { ...EVEN, label: 5, ask: 18, 'advance-pods': 20 },
  /** Watches that say nothing, pods that fail, clocks that differ. */
  { ...EVEN, clock: 6, silence: 1.5, fail: 2, 'step-clock': 2, progress: 8, restart: 0.5 },
  /** The owner is deleted and made anew. */
  { ...EVEN, owner: 1.5, clock: 4, progress: 26, 'catch-up': 6 },
  /** The owner is scaled, and its watch lags more than that of the pods. */
  { ...EVEN, scale: 2, 'advance-replicas': 1.5, 'catch-up': 0.5, 'advance-pods': 20, progress: 30, fail: 0 },
  /** The owner is scaled up, and whoever counts has its number from before; pods end and are not replaced for a while. */
  {
    ...EVEN,
    scale: 2,
    'advance-replicas': 0.2,
    'catch-up': 0.2,
    'advance-pods': 30,
    progress: 18,
    'carry-out': 20,
    clock: 0.5,
    restart: 0.2,
    fail: 0,
  },
];

/** Each character as a list of moves, in which a move is found as often as it shall happen. */
export const MOVES: readonly (readonly Move[])[] = CHARACTERS.map((weights) =>
  (Object.keys(weights) as Move[]).flatMap((move) => Array<Move>(Math.round(weights[move] * 10)).fill(move)),
);
