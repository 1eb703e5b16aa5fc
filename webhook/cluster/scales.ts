import type { Owner, ScaleRead, ScaleRef } from '../../shared/budget/decide/owners.ts';
import { scaleReader } from '../../shared/budget/read-scale.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';

/** Scales of owners whose kind nobody knows in advance, read now and then. */
export interface Scales {
  /** As it was read last; undefined before the first read, when that is too old, and for objects that were made anew. */
  get(ref: ScaleRef): ScaleRead | undefined;
  /**
   * When the last read of an owner's scale began, if it gave this number; by the monotonic clock. It is remembered for
   * longer than `get` answers with it: later than that moment nothing can be older.
   */
  saidAtMs(owner: Pick<Owner, 'uid' | 'replicas'>): number;
  /** Reads them now. */
  refresh(refs: readonly ScaleRef[]): Promise<void>;
}

/** There is no watch for a scale: this is how old it may be. */
export const SCALE_LIFETIME_MS = 10_000;
const TIMEOUT_MS = 5_000;
/** Owners that are gone are forgotten some time. */
const REMEMBERED_MS = 10 * 60_000;

export function createScales(kube: Kube, clock: Clock): Scales {
  const readScale = scaleReader(kube, TIMEOUT_MS);
  const reads = new Map<string, { read: ScaleRead; startedAtMs: number; atMs: number }>();
  const ageMs = ({ atMs }: { atMs: number }) => clock.monotonicMs() - atMs;
  return {
    get({ uid }) {
      const known = reads.get(uid);
      return known && ageMs(known) < SCALE_LIFETIME_MS ? known.read : undefined;
    },
    saidAtMs({ uid, replicas }) {
      const known = reads.get(uid);
      const isSame = known?.read.kind === 'replicas' && known.read.replicas === replicas;
      return isSame ? known.startedAtMs : Number.NEGATIVE_INFINITY;
    },
    async refresh(refs) {
      for (const [uid, known] of reads) if (ageMs(known) >= REMEMBERED_MS) reads.delete(uid);
      await Promise.all(
        refs.map(async (ref) => {
          const startedAtMs = clock.monotonicMs();
          const read = await readScale(ref);
          // An answer that took longer than a later one is older.
          if ((reads.get(ref.uid)?.startedAtMs ?? 0) > startedAtMs) return;
          reads.set(ref.uid, { read, startedAtMs, atMs: clock.monotonicMs() });
        }),
      );
    },
  };
}
