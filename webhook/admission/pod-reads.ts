/** The consistent reads behind the verdicts of a batch. */
import { outlastsConflict } from '../../shared/budget/decide/binding.ts';
import type { PodRecord } from '../../shared/budget/decide/pod-record.ts';
import type { ReadBudget } from '../../shared/budget/decide/read-budget.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { labelSelectorText } from '../../shared/kube/selectors.ts';
import { fetchPod, fetchPods } from '../cluster/read-pod.ts';
import type { Eviction } from './review.ts';

/** With fewer pods, single reads are faster than any list. */
const FEW_PODS = 20;
/** A pod in a list costs this many times less than a single read. */
const LIST_GAIN = 4;

export interface PodReads {
  /**
   * Reads the pods of the evictions that have none yet. Each read begins after its eviction arrived.
   *
   * @returns whether a list was needed, which takes longer
   * @throws ApiError, ConnectionError
   */
  read(
    evictions: readonly Eviction[],
    budgets: readonly ReadBudget[],
    timeoutMs: number,
  ): Promise<{ listed: boolean }>;
  /** The pod that was read for the eviction; undefined if there is none. */
  podOf(eviction: Eviction): PodRecord | undefined;
  /** Keeps only the reads that another attempt may reuse. */
  forget(): void;
}

export function createPodReads(kube: Kube, namespace: string): PodReads {
  const reads = new Map<Eviction, PodRecord | undefined>();

  return {
    async read(evictions, budgets, timeoutMs) {
      const unread = evictions.filter((eviction) => !reads.has(eviction));
      const names = new Set(unread.map(({ name }) => name));
      const pods = new Map<string, PodRecord | undefined>();
      const selectors = selectorsWorthListing(names.size, budgets);
      for (const labelSelector of selectors) {
        const listed = await fetchPods(kube, { namespace, labelSelector }, timeoutMs);
        for (const pod of listed) if (names.has(pod.name)) pods.set(pod.name, pod);
      }
      const alone = [...names].filter((name) => !pods.has(name));
      await Promise.all(
        alone.map(async (name) => pods.set(name, await fetchPod(kube, { namespace, name }, timeoutMs))),
      );
      for (const eviction of unread) reads.set(eviction, pods.get(eviction.name));
      return { listed: selectors.length > 0 };
    },
    podOf: (eviction) => reads.get(eviction),
    forget() {
      for (const [eviction, pod] of reads)
        if (!outlastsConflict(pod, eviction.precondition)) reads.delete(eviction);
    },
  };
}

/**
 * Label selectors for which a list is cheaper than single reads; none if the budgets cover many more pods than needed,
 * or are not counted yet.
 */
function selectorsWorthListing(wanted: number, budgets: readonly ReadBudget[]): string[] {
  const readable = budgets.flatMap((listed) => (listed.kind === 'budget' ? listed.budget : []));
  const covered = readable.reduce((sum, { status }) => sum + status.expectedReplicas, 0);
  if (wanted < FEW_PODS || covered === 0 || covered > wanted * LIST_GAIN) return [];
  return [...new Set(readable.map(selectorText))].filter((text) => text !== '');
}

/** Empty for a selector that matches nothing or that the API server would reject. */
function selectorText({ spec }: ZoneDisruptionBudget): string {
  try {
    return labelSelectorText(spec.selector ?? {});
  } catch {
    return '';
  }
}
