import type { StatefulSet } from '../../kube/objects.ts';
import { type LabelMatcher, parseSelector } from '../../kube/selector-text.ts';
import { removable } from '../../removals/pod-removal.ts';
import { Removals, type RetryPolicy } from '../../removals/removals.ts';
import { listNames } from '../../sentences.ts';
import { canaryGate, pausedSetGate } from '../decide/grafana.ts';
import type { GateState } from '../decide/types.ts';
import type { WorkloadId } from '../decide/workload-id.ts';
import { agreeOnChanges } from './confirm-changes.ts';
import { prepareSets } from './prepare-sets.ts';
import { bringStatusUpToDate, restoreStrategies } from './restore-strategies.ts';
import { isLeftUnfinished } from './rollout-lock.ts';
import { ON_DELETE, strategyGate } from './strategy.ts';
import { currentSets } from './switch-strategies.ts';
import type { WatchedSets } from './watch-sets.ts';
import type { PodRemovals, RemovalsGiven, WorkloadPort, ZonedPod } from './workload-port.ts';

/** A budget is retried soon: a recovered pod may make room, and budgets are not watched here. */
const RETRY: RetryPolicy = {
  firstMs: 500,
  longestMs: 10_000,
  isFinal: ({ code }) => code === 401 || code === 403 || code === 405,
};

/** Under OnDelete the StatefulSet controller lets us choose the pods: they are evicted one by one. */
export function setsPort(
  watched: WatchedSets,
  id: WorkloadId,
  podSelector: string | undefined,
): WorkloadPort {
  const { kube, found } = watched;
  const covers = podSelector === undefined ? () => true : parseSelector(podSelector);
  return {
    agree: (request, context) => agreeOnChanges(request, found, context),
    isLeftUnfinished: async () =>
      found.every(({ spec }) => spec.updateStrategy.type === ON_DELETE) && isLeftUnfinished(kube, id),
    prepare: (request, lock, context, signal) => prepareSets(request, watched, id, lock, context, signal),
    gates() {
      const sets = currentSets(watched);
      return [
        strategyGate(sets),
        pausedSetGate(sets),
        canaryGate(sets, watched.watches.own?.all ?? new Map()),
        watchedPodsGate(sets, covers),
      ];
    },
    removals: (given) => evictions(given),
    complete: (reporter, context) => bringStatusUpToDate(watched, reporter, context),
    async leave(request, lock, outcome, context) {
      if (outcome === 'done') await restoreStrategies(request, watched, lock, context);
      return true;
    },
  };
}

/** Closed if a StatefulSet has joined whose pods the watch does not show. */
function watchedPodsGate(sets: readonly StatefulSet[], covers: LabelMatcher | string): GateState {
  const hidden =
    typeof covers === 'string' ? [] : sets.filter(({ spec }) => !covers(spec.selector.matchLabels ?? {}));
  const names = listNames(hidden.map(({ metadata }) => `statefulset/${metadata.name}`));
  return {
    name: 'the watch of the pods',
    state: hidden.length > 0 ? 'closed' : 'open',
    reason: `${names} joined with another selector than the others; stop the rollout and run the same command again`,
  };
}

/** Removes pods with the Eviction API, or deletes them; each request has the observed pod as its precondition. */
export function evictions({ disableEviction, suspects, ...given }: RemovalsGiven): PodRemovals {
  const way = { disableEviction, gracePeriodSeconds: undefined };
  const removals = new Removals<ZonedPod>({ ...given, way, retry: RETRY });
  removals.suspect(suspects);
  return {
    request: (pods) => removals.request(pods),
    asked: (uid) => removals.asked(uid),
    look: (pods) => removals.look([...pods].map(removable)),
    ruleOut: (pods) => removals.ruleOut(pods),
    retryNow: () => removals.retryNow(),
    stop: () => removals.stop(),
  };
}
