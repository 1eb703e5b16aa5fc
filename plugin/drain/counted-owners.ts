import type { ObservedCluster } from '../../shared/budget/decide/observe.ts';
import type { Owned, Owner, ScaleRef } from '../../shared/budget/decide/owners.ts';
import type { DrainRecord } from './pod-store.ts';

/**
 * Owners whose replica count is unknown, because their kind has no scale or it cannot be read: they are expected to
 * have as many pods as ran when the drain first saw them.
 */
export class CountedOwners {
  /** Keyed by owner uid. */
  private readonly expected = new Map<string, number>();

  /** Stores an owner's replica count while it can be read. */
  remember({ uid, replicas }: Owner): void {
    this.expected.set(uid, replicas);
  }

  /**
   * The owner of a pod whose replica count cannot be read.
   *
   * @param podsOf all current pods of the owner
   * @returns undefined if its pods are not recreated
   */
  ownerOf(
    owned: Owned,
    cluster: ObservedCluster<DrainRecord>,
    podsOf: (owner: Owner) => readonly DrainRecord[],
  ): Owner | undefined {
    const ref = topOf(owned, cluster);
    if (!ref) return undefined;
    const read = cluster.scaleOf(ref)?.kind;
    if (read !== 'no-scale' && read !== 'failed') return undefined;
    const { apiVersion, kind, namespace, name, uid } = ref;
    const owner: Owner = {
      apiVersion,
      kind,
      namespace,
      name,
      uid,
      replicas: 0,
      firstOrdinal: undefined,
      source: 'scale',
    };
    const pods = podsOf(owner).filter(({ terminal }) => !terminal);
    const lasting = pods.filter(({ pod }) => pod.spec.restartPolicy === 'Always').length;
    const expected = this.expected.get(uid) ?? lasting;
    this.expected.set(uid, expected);
    // Pods that run to completion, or whose successor runs before they end, are not missing when they are gone.
    return { ...owner, replicas: lasting < pods.length ? 0 : expected };
  }
}

/** None of these recreates its pods on another node. */
const NOT_BROUGHT_BACK: readonly (readonly [group: string, kind: string])[] = [
  ['apps', 'DaemonSet'],
  ['batch', 'Job'],
  ['', 'Node'],
];

function topOf(
  { controller, namespace }: Owned,
  { workloads }: ObservedCluster<DrainRecord>,
): ScaleRef | undefined {
  if (!controller) return undefined;
  const group = controller.apiVersion.includes('/') ? controller.apiVersion.split('/')[0] : '';
  if (NOT_BROUGHT_BACK.some(([of, kind]) => of === group && kind === controller.kind)) return undefined;
  if (group !== 'apps') return { ...controller, namespace };
  const above = workloads.byUid(controller.uid)?.controller;
  return above && !above.apiVersion.startsWith('apps/') ? { ...above, namespace } : undefined;
}
