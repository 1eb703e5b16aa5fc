/** Schemas for parts that several kinds share. */
import * as z from 'zod/mini';

/** A requirement of a label selector or node selector. */
export const RequirementSchema = z.object({
  key: z.string(),
  operator: z.string(),
  values: z._default(z.array(z.string()), []),
});

/** A LabelSelector; see `selectors.ts` for what it matches. */
export const LabelSelectorSchema = z.object({
  matchLabels: z.optional(z.record(z.string(), z.string())),
  matchExpressions: z.optional(z.array(RequirementSchema)),
});

/** A number, or a percentage in a string. */
export const IntOrStringSchema = z.union([z.number(), z.string()]);
