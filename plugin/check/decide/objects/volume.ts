import * as z from 'zod/mini';
import { ObjectMetaSchema } from '../../../../shared/kube/objects/metadata.ts';
import { RequirementSchema } from '../../../../shared/kube/objects/parts.ts';
import { ZONE_LABEL } from '../../../../shared/kube/zones.ts';

const Claim = z.object({
  metadata: ObjectMetaSchema,
  spec: z.prefault(z.object({ volumeName: z._default(z.string(), '') }), {}),
});
export type Claim = z.infer<typeof Claim>;

/** Reads a PersistentVolumeClaim. Throws ZodError when malformed. */
export function readClaim(value: unknown): Claim {
  return Claim.parse(value);
}

const Volume = z.object({
  metadata: ObjectMetaSchema,
  spec: z.prefault(
    z.object({
      nodeAffinity: z.nullish(
        z.object({
          required: z.nullish(
            z.object({
              nodeSelectorTerms: z._default(
                z.array(
                  z.object({
                    matchExpressions: z.nullish(z.array(RequirementSchema)),
                  }),
                ),
                [],
              ),
            }),
          ),
        }),
      ),
    }),
    {},
  ),
});
export type Volume = z.infer<typeof Volume>;

/** Reads a PersistentVolume. Throws ZodError when malformed. */
export function readVolume(value: unknown): Volume {
  return Volume.parse(value);
}

/**
 * The zones in which a volume can be mounted, from its node affinity, else from its label
 * (https://kubernetes.io/docs/setup/best-practices/multiple-zones/#storage-access-for-zones).
 *
 * @returns empty if it can be mounted everywhere, or the zones are unknown
 */
export function zonesOfVolume({ metadata, spec }: Volume): readonly string[] {
  const requirements = (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap(
    ({ matchExpressions }) => matchExpressions ?? [],
  );
  const named = requirements
    .filter(({ key, operator }) => ZONE_KEYS.has(key) && operator === 'In')
    .flatMap(({ values }) => values);
  if (named.length > 0) return [...new Set(named)];
  const label = metadata.labels[ZONE_LABEL];
  return label ? [label] : [];
}

/** The EBS driver uses a key of its own in addition to, or instead of, the common one. */
const ZONE_KEYS: ReadonlySet<string> = new Set([ZONE_LABEL, 'topology.ebs.csi.aws.com/zone']);
