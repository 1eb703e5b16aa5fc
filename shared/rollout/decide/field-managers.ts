/**
 * Which managers own which fields of a Deployment. Pure.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import * as z from 'zod/mini';

/** The spec fields that stop a Deployment from replacing pods. */
export const BRAKE_FIELDS = ['paused', 'minReadySeconds', 'progressDeadlineSeconds', 'strategy'] as const;
export type BrakeField = (typeof BRAKE_FIELDS)[number];

/** A field manager of the spec. */
export interface Manager {
  name: string;
  /** By server-side apply: it wants these fields to keep its values. */
  applies: boolean;
  timeMs: number;
  /** Which of the brake's fields and the template. */
  fields: readonly (BrakeField | 'template')[];
}

/** Further managers are ignored, and names are truncated: any client may write both. */
const MOST_MANAGERS = 50;
const LONGEST_NAME = 128;

const Entry = z.object({
  manager: z.optional(z.string()),
  operation: z.optional(z.string()),
  time: z.optional(z.string()),
  subresource: z.optional(z.string()),
  fieldsV1: z.optional(z.looseObject({ 'f:spec': z.optional(z.record(z.string(), z.unknown())) })),
});

/** @param value `metadata.managedFields`; malformed entries are skipped */
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
