import * as z from 'zod/mini';
import { $ZodError } from 'zod/v4/core';
import { readZoneDisruptionBudget } from './budget.ts';
import type { ZoneDisruptionBudget } from './types.ts';

/** A malformed budget: if the CRD validates less than ours, it may contain anything. */
export interface MalformedBudget {
  namespace: string;
  name: string;
  /** Which field, and what is wrong with it. */
  reason: string;
}

/** Limited, because the reason quotes the object. */
const LONGEST_REASON_CHARS = 500;

export type ReadBudget =
  | { kind: 'budget'; budget: ZoneDisruptionBudget }
  | { kind: 'malformed'; malformed: MalformedBudget };

/**
 * Parses a budget, or returns why it is malformed.
 *
 * @throws the parse error, for an object without a name
 */
export function readBudget(object: unknown): ReadBudget {
  try {
    return { kind: 'budget', budget: readZoneDisruptionBudget(object) };
  } catch (error) {
    const named = Named.safeParse(object);
    if (!named.success) throw error;
    const { namespace, name } = named.data.metadata;
    return {
      kind: 'malformed',
      malformed: { namespace, name, reason: reasonOf(error).slice(0, LONGEST_REASON_CHARS) },
    };
  }
}

/** How to fix it. */
export function fixFor({ namespace, name }: Pick<MalformedBudget, 'namespace' | 'name'>): string {
  return `correct it: kubectl edit zdb ${name} -n ${namespace}`;
}

/** Separates valid and malformed budgets. */
export function sortBudgets(read: Iterable<ReadBudget>): {
  budgets: ZoneDisruptionBudget[];
  malformed: MalformedBudget[];
} {
  const budgets: ZoneDisruptionBudget[] = [];
  const malformed: MalformedBudget[] = [];
  for (const each of read) {
    if (each.kind === 'budget') budgets.push(each.budget);
    else malformed.push(each.malformed);
  }
  return { budgets, malformed };
}

const Named = z.object({ metadata: z.object({ namespace: z.string(), name: z.string() }) });

/** `spec.maxUnavailable is not valid; spec.dryRun should be boolean`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof $ZodError)) return error instanceof Error ? error.message : String(error);
  return error.issues
    .map((issue) => {
      const field = issue.path.join('.');
      if (issue.code === 'invalid_type') return `${field} should be ${issue.expected}`;
      return issue.code === 'custom' ? issue.message : `${field} is not valid`;
    })
    .join('; ');
}
