/** The pods an owner has, and expected ones that do not exist (B3). */
import { eachReplica } from '../../kube/scale-limit.ts';
import { tallyZones, type ZoneOfNode, type ZoneTally, zoneOfPod } from '../../kube/zones.ts';
import { controllersOf, expects, type Owner, type OwnerSources } from './owners.ts';
import type { Pods } from './pod-index.ts';
import type { PodRecord } from './pod-record.ts';

/** The caches' view of the cluster. */
export interface ClusterPods<P extends PodRecord = PodRecord> extends OwnerSources {
  pods: Pods<P>;
  zoneOfNode: ZoneOfNode;
}

export interface OwnedPods<P extends PodRecord = PodRecord> {
  owner: Owner;
  /** Those that count: neither beyond the replicas nor already replaced. */
  pods: readonly P[];
  missing: readonly MissingPod[];
}

/** An expected pod that does not exist. */
export interface MissingPod {
  /** Generated, if names are random and no vanished pod is known that it could stand for. */
  name: string;
  /** Where it was last seen; undefined if unknown. */
  zone: string | undefined;
}

/** Pods by zone; missing or unscheduled ones in their last known zone. */
export function tallyOwned({ owner, pods, missing }: OwnedPods, cluster: ClusterPods): ZoneTally[] {
  const present = pods.map((pod) => ({
    name: pod.name,
    zone: zoneOfPod(pod, cluster.zoneOfNode) ?? cluster.pods.lastZone(owner.namespace, pod.name),
    available: pod.available,
  }));
  return tallyZones([...present, ...missing.map((pod) => ({ ...pod, available: false }))]);
}

/** Determines which of an owner's pods count, and which are missing; names at most `MOST_REPLICAS` of these. */
export function ownedPods<P extends PodRecord>(
  owner: Owner,
  pods: readonly P[],
  cluster: ClusterPods<P>,
): OwnedPods<P> {
  const { firstOrdinal } = owner;
  return firstOrdinal === undefined
    ? byNumber(owner, pods, cluster)
    : byOrdinal(owner, firstOrdinal, pods, cluster);
}

/** Pods beyond the replicas are being removed and disrupt nothing. */
function byOrdinal<P extends PodRecord>(
  owner: Owner,
  firstOrdinal: number,
  pods: readonly P[],
  cluster: ClusterPods<P>,
): OwnedPods<P> {
  const counted = pods.filter(({ name }) => expects(owner, name));
  const present = new Set(counted.map(({ name }) => name));
  const missing: MissingPod[] = [];
  for (const index of eachReplica(owner.replicas)) {
    const name = `${owner.name}-${firstOrdinal + index}`;
    if (!present.has(name)) missing.push({ name, zone: cluster.pods.lastZone(owner.namespace, name) });
  }
  return { owner, pods: counted, missing };
}

/**
 * For random names. A terminating pod counts in addition to its replacement until it is gone, because its
 * data may be only there. A missing one has the name, and so the zone, of a pod that vanished without a
 * replacement, as far as that can be determined.
 */
function byNumber<P extends PodRecord>(
  owner: Owner,
  pods: readonly P[],
  cluster: ClusterPods<P>,
): OwnedPods<P> {
  const counted = pods.filter(({ terminal }) => !terminal);
  const lacking = Math.max(0, owner.replicas - counted.length);
  const gone = lacking > 0 ? lastVanished(owner, lacking, pods, cluster) : [];
  const missing = [...eachReplica(lacking)].map((index): MissingPod => {
    const name = gone[index];
    if (name === undefined) return { name: `${owner.name}-missing-${index}`, zone: undefined };
    return { name, zone: cluster.pods.lastZone(owner.namespace, name) };
  });
  return { owner, pods: counted, missing };
}

/**
 * Names of pods that vanished and were not replaced, without those that have returned: some kinds reuse
 * names. Considers the pods that vanished since nothing was missing: some of them have replacements, and
 * which ones is unknown. If they were in several zones, so that it matters, none is named.
 */
function lastVanished<P extends PodRecord>(
  owner: Owner,
  lacking: number,
  pods: readonly P[],
  cluster: ClusterPods<P>,
): string[] {
  const controllers = controllersOf(owner, cluster);
  const present = new Set(pods.map(({ name }) => name));
  const made = pods.filter(({ terminal }) => !terminal).map((pod) => cluster.pods.madeAt(pod));
  const names = new Set<string>();
  const all = cluster.pods.vanished(owner.namespace);
  for (let index = all.length - 1, gone = 0; index >= 0; index -= 1) {
    const pod = all[index];
    if (!pod || !controllers.has(pod.controllerUid)) continue;
    gone += 1;
    if (!present.has(pod.name)) names.add(pod.name);
    const since = made.filter((at) => at > pod.goneAt).length;
    made.push(pod.madeAt);
    // Nothing was missing before it was gone.
    if (lacking - (gone - since) <= 0) break;
  }
  const zones = new Set([...names].map((name) => cluster.pods.lastZone(owner.namespace, name)));
  if (names.size > lacking && zones.size > 1) return [];
  return [...names].slice(0, lacking).reverse();
}
