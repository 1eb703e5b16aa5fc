import type { Clock } from '../clock.ts';
import type { Kube } from '../kube/kube.ts';
import type { Owner, ScaleRead, ScaleRef } from './decide/owners.ts';
import { scaleReader } from './read-scale.ts';

/** Scales of owners of kinds unknown in advance, read on demand. */
export interface Scales {
  /** The last read; undefined before the first one, if it is too old, and for recreated objects. */
  get(ref: ScaleRef): ScaleRead | undefined;
  /**
   * When the last read that returned this number of replicas began, on the monotonic clock. It is kept for longer than
   * `get` returns the read: nothing can be older than this time.
   */
  saidAtMs(owner: Pick<Owner, 'uid' | 'replicas'>): number;
  /** Reads these scales now. */
  refresh(refs: readonly ScaleRef[]): Promise<void>;
}

/** The maximum age of a scale, which cannot be watched. */
export const SCALE_LIFETIME_MS = 10_000;
const TIMEOUT_MS = 5_000;
/** When deleted owners are forgotten. */
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
          // A read that began before the stored one is older, even if it completes later.
          if ((reads.get(ref.uid)?.startedAtMs ?? 0) > startedAtMs) return;
          reads.set(ref.uid, { read, startedAtMs, atMs: clock.monotonicMs() });
        }),
      );
    },
  };
}
