import type { Kube } from '../../kube/kube.ts';
import { readStatefulSet, type StatefulSet } from '../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../kube/paths.ts';
import { watchCache } from '../../kube/watch-cache.ts';
import { compareText } from '../../kube/zones.ts';
import type { LeftSet } from '../decide/observe-sets.ts';
import { setsWorkload } from '../decide/workload.ts';
import type { WorkloadId } from '../decide/workload-id.ts';
import type { CommonCacheOptions, OwnCaches, WorkloadWatches } from './watches.ts';

/** The StatefulSets of a workload as the watch shows them. */
export interface SetsSeen {
  /** By name; at least one. */
  sets: readonly StatefulSet[];
  /** Those that belonged to the workload since the watch began, and do not any more. */
  left: readonly LeftSet[];
  /** All StatefulSets that are watched, by name; of a workload that is one StatefulSet, only that one. */
  all: ReadonlyMap<string, StatefulSet>;
}

/** StatefulSets being watched. */
export interface WatchedSets {
  kube: Kube;
  /** Their state when the command began. */
  found: readonly StatefulSet[];
  watches: WorkloadWatches<SetsSeen>;
}

/** Which StatefulSets of the namespace are rolled out. */
export interface SetSelection {
  id: WorkloadId;
  /** The only one that can belong to it; undefined if several can. */
  name: string | undefined;
  /** Whether it belongs to the workload now. */
  matches(set: StatefulSet): boolean;
}

export function setCaches(
  common: CommonCacheOptions,
  { id, name, matches }: SetSelection,
): OwnCaches<SetsSeen> {
  const { namespace } = id;
  /** Those that ever belonged to it, as last seen, by uid. */
  const known = new Map<string, StatefulSet>();
  const cache = watchCache<StatefulSet>({
    ...common,
    path: resourcePath({ ...RESOURCES.statefulsets, namespace }),
    fieldSelector: name === undefined ? undefined : `metadata.name=${name}`,
    parse: readStatefulSet,
    onEvent(_type, set) {
      if (matches(set) || known.has(set.metadata.uid)) known.set(set.metadata.uid, set);
    },
  });
  return {
    caches: [cache],
    read() {
      const all = new Map([...cache.items.values()].map((set) => [set.metadata.name, set]));
      const sets = [...all.values()]
        .filter(matches)
        .sort((a, b) => compareText(a.metadata.name, b.metadata.name));
      if (sets.length === 0) return undefined;
      const present = new Set([...all.values()].map(({ metadata }) => metadata.uid));
      const members = new Set(sets.map(({ metadata }) => metadata.uid));
      const left = [...known]
        .filter(([uid]) => !members.has(uid))
        .map(([uid, statefulSet]) => ({ statefulSet, exists: present.has(uid) }));
      return { sets, left, all };
    },
    toWorkload: ({ sets, left }) => setsWorkload(id, sets, left),
  };
}
