/** The ZoneDisruptionBudget in the API; wire-compatible with AWS's, our additional fields are optional. */
import * as z from 'zod/mini';
import { ObjectMetaSchema } from '../../kube/objects/metadata.ts';
import { matchesLabels } from '../../kube/selectors.ts';
import { ALWAYS_ALLOW } from './policy.ts';
import { StatusSchema } from './status.ts';
import type { BudgetSpec, ZoneDisruptionBudget } from './types.ts';

const Selector = z.object({
  matchLabels: z.nullish(z.record(z.string(), z.string())),
  matchExpressions: z.nullish(
    z.array(z.object({ key: z.string(), operator: z.string(), values: z.nullish(z.array(z.string())) })),
  ),
});

const Spec = z.pipe(
  z.object({
    selector: z.nullish(Selector),
    maxUnavailable: z.nullish(z.union([z.number(), z.string()])),
    unhealthyPodEvictionPolicy: z.nullish(z.string()),
    dryRun: z.nullish(z.boolean()),
  }),
  z.transform(
    (spec): BudgetSpec => ({
      selector: spec.selector ? readSelector(spec.selector) : undefined,
      maxUnavailable: spec.maxUnavailable ?? undefined,
      unhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy || ALWAYS_ALLOW,
      dryRun: spec.dryRun ?? false,
    }),
  ),
);

/** For a status that is otherwise malformed: a newer release's must not be changed (L10). */
const Protocol = z.object({ protocol: z.int() });

const Budget = z.object({
  metadata: ObjectMetaSchema,
  spec: z.prefault(Spec, {}),
  // A malformed status counts as absent: its counts are then recomputed by the rules for a new budget (L7).
  // Treated as a malformed budget, it would deny all evictions in its namespace permanently.
  status: z.catch(z.prefault(StatusSchema, {}), ({ value }) =>
    StatusSchema.parse({ protocol: z.safeParse(Protocol, value).data?.protocol }),
  ),
});

/**
 * Parses a ZoneDisruptionBudget, including a status written by AWS's controller. Throws ZodError if its spec
 * is malformed.
 */
export function readZoneDisruptionBudget(value: unknown): ZoneDisruptionBudget {
  return Budget.parse(value);
}

/** Whether the budget applies to a pod; `undecidable` for a selector that cannot be evaluated. */
export type Coverage = 'covered' | 'not-covered' | 'undecidable';

const OPERATORS = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);

/**
 * Whether the budget's selector matches the labels of a pod in its namespace. A missing or empty selector
 * matches nothing, as with AWS's controller; in `policy/v1` an empty one would match everything.
 */
export function coverage(spec: BudgetSpec, labels: Readonly<Record<string, string>>): Coverage {
  const { selector } = spec;
  const requirements = selector?.matchExpressions ?? [];
  if (requirements.some(({ operator }) => !OPERATORS.has(operator))) return 'undecidable';
  const empty = requirements.length === 0 && Object.keys(selector?.matchLabels ?? {}).length === 0;
  return selector && !empty && matchesLabels(selector, labels) ? 'covered' : 'not-covered';
}

function readSelector(selector: z.infer<typeof Selector>): BudgetSpec['selector'] {
  return {
    matchLabels: selector.matchLabels ?? {},
    matchExpressions: (selector.matchExpressions ?? []).map(({ key, operator, values }) => ({
      key,
      operator,
      values: values ?? [],
    })),
  };
}
