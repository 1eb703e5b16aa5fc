import * as z from 'zod/mini';
import { ObjectMetaSchema, TimestampSchema } from './metadata.ts';

/** Longer than any tool writes; longer ones are truncated, so that a writer of the Lease cannot flood its readers. */
const MOST_IDENTITY_CHARACTERS = 1024;

const Lease = z.object({
  metadata: ObjectMetaSchema,
  spec: z.prefault(
    z.pipe(
      z.object({
        holderIdentity: z.nullish(z.string()),
        leaseDurationSeconds: z.nullish(z.number()),
        acquireTime: TimestampSchema,
        renewTime: TimestampSchema,
        leaseTransitions: z.nullish(z.number()),
      }),
      z.transform((spec) => ({
        /** Empty if the Lease has no holder. */
        holderIdentity: (spec.holderIdentity ?? '').slice(0, MOST_IDENTITY_CHARACTERS),
        /** Never negative. */
        leaseDurationSeconds: Math.max(0, spec.leaseDurationSeconds ?? 0),
        acquireTimeMs: spec.acquireTime,
        renewTimeMs: spec.renewTime,
        leaseTransitions: Math.max(0, spec.leaseTransitions ?? 0),
      })),
    ),
    {},
  ),
});
export type Lease = z.infer<typeof Lease>;

/** Parses a `coordination.k8s.io/v1` Lease. Throws ZodError if malformed. */
export function readLease(value: unknown): Lease {
  return Lease.parse(value);
}
