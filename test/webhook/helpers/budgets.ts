import * as z from 'zod/mini';
import type { TestCluster } from '../../cluster/cluster.ts';
import { waitUntil } from '../../helpers/processes.ts';

/** A ZoneDisruptionBudget for the pods labelled `app=<name>`. */
export function zoneBudget(fixture: {
  name: string;
  namespace: string;
  maxUnavailable: number | string;
  app?: string;
  dryRun?: boolean;
  policy?: string;
}): object {
  const { name, namespace, maxUnavailable, app = name, dryRun, policy } = fixture;
  return {
    apiVersion: 'zonecontrol.k8s.aws/v1',
    kind: 'ZoneDisruptionBudget',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app } },
      maxUnavailable,
      ...(dryRun !== undefined && { dryRun }),
      ...(policy !== undefined && { unhealthyPodEvictionPolicy: policy }),
    },
  };
}

const Counts = z.optional(z.record(z.string(), z.number()));
const Budget = z.object({
  metadata: z.object({ generation: z.number(), resourceVersion: z.string() }),
  status: z.optional(
    z.object({
      observedGeneration: z.optional(z.number()),
      expectedReplicas: z.optional(z.number()),
      observedVersions: z.optional(z.record(z.string(), z.string())),
      disruptionsAllowed: Counts,
      currentHealthy: Counts,
      currentUnhealthy: Counts,
      desiredHealthy: Counts,
      expectedPods: Counts,
      disruptedPods: z.optional(z.record(z.string(), z.string())),
      reservations: z.optional(z.array(z.object({ pod: z.string(), zone: z.string() }))),
      conditions: z.optional(
        z.array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() })),
      ),
    }),
  ),
});
export type BudgetView = z.infer<typeof Budget>;

export async function budgetNamed(
  cluster: TestCluster,
  namespace: string,
  name: string,
): Promise<BudgetView> {
  return Budget.parse(await cluster.json(['get', 'zdb', name, '-n', namespace]));
}

/** Waits until a budget looks as the test wants it. */
export async function waitBudget(
  cluster: TestCluster,
  at: { namespace: string; name: string },
  wanted: (budget: BudgetView) => boolean,
): Promise<BudgetView> {
  let seen: BudgetView | undefined;
  await waitUntil(
    `budget ${at.name}`,
    async () => {
      seen = await budgetNamed(cluster, at.namespace, at.name);
      return wanted(seen);
    },
    { processes: [], deadlineMs: 60_000, intervalMs: 100 },
  ).catch((cause) => {
    throw new Error(`budget ${at.name} is ${JSON.stringify(seen?.status)}`, { cause });
  });
  if (!seen) throw new Error(`budget ${at.name} was never seen`);
  return seen;
}

/** Counted since its last change, and settled. */
export function isCounted({ metadata, status }: BudgetView): boolean {
  return status?.observedGeneration === metadata.generation && status.observedVersions?.pods !== undefined;
}

/** Counted, and every zone available. */
export function isWhole(budget: BudgetView): boolean {
  const { status } = budget;
  const down = Object.values(status?.currentUnhealthy ?? {}).reduce((sum, count) => sum + count, 0);
  return isCounted(budget) && down === 0 && status?.reservations?.length === 0;
}
