import { getOrExplain } from '../../kube/get-or-explain.ts';
import type { Kube } from '../../kube/kube.ts';
import { readStatefulSet, type StatefulSet } from '../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../kube/paths.ts';
import { labelSelectorText } from '../../kube/selectors.ts';
import { watchCache } from '../../kube/watch-cache.ts';
import { removable } from '../../removals/pod-removal.ts';
import { Removals, type RetryPolicy } from '../../removals/removals.ts';
import { statefulSetWorkload } from '../decide/workload.ts';
import { agreeOnChanges } from './confirm-changes.ts';
import { prepare } from './prepare-statefulset.ts';
import { bringStatusUpToDate, restoreStrategy } from './restore-strategy.ts';
import { isLeftUnfinished } from './rollout-lock.ts';
import { ON_DELETE, strategyGate } from './strategy.ts';
import type { WatchedSet } from './switch-strategy.ts';
import { type CommonCacheOptions, type OwnCaches, watchWorkload } from './watches.ts';
import type { FetchedWorkload, PodRemovals, RemovalsGiven, WorkloadPort, ZonedPod } from './workload-port.ts';

/** A budget is retried soon: a recovered pod may make room, and budgets are not watched here. */
const RETRY: RetryPolicy = {
  firstMs: 500,
  longestMs: 10_000,
  isFinal: ({ code }) => code === 401 || code === 403 || code === 405,
};

/** @throws UserError that lists the existing ones if it does not exist */
export async function fetchedStatefulSet(kube: Kube, name: string): Promise<FetchedWorkload> {
  const address = { ...RESOURCES.statefulsets, namespace: kube.namespace, name };
  const found = readStatefulSet(await getOrExplain(kube, address, 'statefulset'));
  const workload = statefulSetWorkload(found);
  return {
    workload,
    patches: !workload.isHeld,
    // Under OnDelete the controller replaces no pods.
    giveUp: async () => undefined,
    async open({ clock, random }, listeners, zones) {
      const watches = await watchWorkload<StatefulSet>({
        ...{ kube, workload, clock, random, zones, ...listeners },
        podSelector: labelSelectorText(found.spec.selector),
        open: (common) => setCaches(common, found),
      });
      return { watches, port: statefulSetPort({ kube, found, watches }) };
    },
  };
}

function setCaches(common: CommonCacheOptions, { metadata }: StatefulSet): OwnCaches<StatefulSet> {
  const { namespace, name } = metadata;
  const sets = watchCache<StatefulSet>({
    ...common,
    path: resourcePath({ ...RESOURCES.statefulsets, namespace }),
    fieldSelector: `metadata.name=${name}`,
    parse: readStatefulSet,
  });
  return {
    caches: [sets],
    read: () => sets.items.get(`${namespace}/${name}`),
    toWorkload: statefulSetWorkload,
  };
}

/** Under OnDelete a StatefulSet's controller lets us choose the pods: they are evicted one by one. */
function statefulSetPort(watched: WatchedSet): WorkloadPort {
  const { kube, found, watches } = watched;
  return {
    agree: (request, context) => agreeOnChanges(request, found, context),
    isLeftUnfinished: async () =>
      found.spec.updateStrategy.type === ON_DELETE && isLeftUnfinished(kube, statefulSetWorkload(found).id),
    prepare: (request, lock, context, signal) => prepare(request, watched, lock, context, signal),
    gate: () => strategyGate(watches.own ?? found),
    removals: (given) => evictions(given),
    complete: (reporter, context) => bringStatusUpToDate(watched, reporter, context),
    async leave(request, lock, outcome, context) {
      if (outcome === 'done') await restoreStrategy(request, watched, lock, context);
    },
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
