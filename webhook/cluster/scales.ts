import type { ScaleRead, ScaleRef } from '../../shared/budget/decide/owners.ts';
import { scaleReader } from '../../shared/budget/read-scale.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';

/** Scales of owners whose kind nobody knows in advance, read now and then. */
export interface Scales {
  /** As it was read last; undefined before the first read, when that is too old, and for objects that were made anew. */
  get(ref: ScaleRef): ScaleRead | undefined;
  /** Reads them now. */
  refresh(refs: readonly ScaleRef[]): Promise<void>;
}

/** There is no watch for a scale: this is how old it may be. */
export const SCALE_LIFETIME_MS = 10_000;
const TIMEOUT_MS = 5_000;

export function createScales(kube: Kube, clock: Clock): Scales {
  const readScale = scaleReader(kube, TIMEOUT_MS);
  const reads = new Map<string, { read: ScaleRead; atMs: number }>();
  const isYoung = ({ atMs }: { atMs: number }) => clock.monotonicMs() - atMs < SCALE_LIFETIME_MS;
  return {
    get({ uid }) {
      const known = reads.get(uid);
      return known && isYoung(known) ? known.read : undefined;
    },
    async refresh(refs) {
      for (const [uid, known] of reads) if (!isYoung(known)) reads.delete(uid);
      await Promise.all(
        refs.map(async (ref) => {
          const read = await readScale(ref);
          reads.set(ref.uid, { read, atMs: clock.monotonicMs() });
        }),
      );
    },
  };
}
