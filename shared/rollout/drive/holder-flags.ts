import * as z from 'zod/mini';
import type { AnnotationPatch } from '../../kube/lease-record.ts';
import type { ZoneSource } from '../../kube/zones.ts';
import { parseJson } from '../../parse-json.ts';
import {
  formatMaxUnavailable,
  type MaxUnavailable,
  parseMaxUnavailable,
  resolveMaxUnavailable,
} from '../decide/max-unavailable.ts';
import type { RolloutOptions } from '../decide/types.ts';
import { ANNOTATION } from './annotations.ts';

/** The flags of a Lease's holder that others need to show its rollout as it does. */
export interface HolderFlags {
  /** Undefined if the Lease does not have it. */
  maxUnavailable: MaxUnavailable | undefined;
  /** Undefined for the workload's default. */
  zones: ZoneSource | undefined;
  singleZone: boolean;
}

/** The API's limits for a label: a prefix of 253 characters, a slash, and a name of 63. */
const Key = z.string().check(z.minLength(1), z.maxLength(317));
const Written = z.object({
  source: z.optional(z.enum(['node-label', 'pod-label'])),
  key: z.optional(Key),
  singleZone: z.optional(z.boolean()),
});

/** The annotations that record the flags. */
export function noteHolderFlags(
  { maxUnavailable, singleZone }: Pick<RolloutOptions, 'maxUnavailable' | 'singleZone'>,
  zones: ZoneSource | undefined,
): AnnotationPatch {
  const written = { source: zones?.kind, key: zones?.key, singleZone: singleZone || undefined };
  return {
    [ANNOTATION.maxUnavailableFlag]: formatMaxUnavailable(maxUnavailable),
    [ANNOTATION.zoneFlags]: zones || singleZone ? JSON.stringify(written) : null,
  };
}

/** What `noteHolderFlags` recorded. Malformed flags count as not given. */
export function readHolderFlags(annotations: Readonly<Record<string, string>>): HolderFlags {
  const {
    source,
    key,
    singleZone = false,
  } = parseJson(Written, annotations[ANNOTATION.zoneFlags] ?? '') ?? {};
  return {
    maxUnavailable: readLimit(annotations[ANNOTATION.maxUnavailableFlag]),
    zones: source && key !== undefined ? { kind: source, key } : undefined,
    singleZone,
  };
}

/** A maxUnavailable; undefined for 0, with which the rollout would never progress. No command accepts that. */
export function readLimit(text: string | undefined): MaxUnavailable | undefined {
  const limit = parseMaxUnavailable(text ?? '');
  return typeof limit === 'string' || resolveMaxUnavailable(limit, 1) === 0 ? undefined : limit;
}
