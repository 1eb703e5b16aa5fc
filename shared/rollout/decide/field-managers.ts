/**
 * Who has written which fields of a Deployment. Pure.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import * as z from 'zod/mini';

/** The fields by which a Deployment is kept from replacing pods, as its spec calls them. */
export const BRAKE_FIELDS = ['paused', 'minReadySeconds', 'progressDeadlineSeconds', 'strategy'] as const;
export type BrakeField = (typeof BRAKE_FIELDS)[number];

/** Somebody who has written fields of the spec. */
export interface Manager {
  name: string;
  /** By server-side apply: it wants these fields to stay as it has written them. */
  applies: boolean;
  timeMs: number;
  /** Of the brake's fields and the template. */
  fields: readonly (BrakeField | 'template')[];
}

/** Managers beyond these many are not looked at, and names are cut: both are anybody's to write. */
const MOST_MANAGERS = 50;
const LONGEST_NAME = 128;

const Entry = z.object({
  manager: z.optional(z.string()),
  operation: z.optional(z.string()),
  time: z.optional(z.string()),
  subresource: z.optional(z.string()),
  fieldsV1: z.optional(z.looseObject({ 'f:spec': z.optional(z.record(z.string(), z.unknown())) })),
});

/** @param value `metadata.managedFields`; what cannot be read is left out */
export function readManagers(value: unknown): readonly Manager[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST_MANAGERS).flatMap((each: unknown): Manager[] => {
    const entry = Entry.safeParse(each);
    if (!entry.success || entry.data.subresource) return [];
    const { manager = '', operation, time, fieldsV1 } = entry.data;
    const written = fieldsV1?.['f:spec'] ?? {};
    const fields = ([...BRAKE_FIELDS, 'template'] as const).filter((field) => `f:${field}` in written);
    const timeMs = Date.parse(time ?? '') || 0;
    return [{ name: manager.slice(0, LONGEST_NAME), applies: operation === 'Apply', timeMs, fields }];
  });
}
