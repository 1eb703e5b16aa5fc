import type { ObservedCluster } from '../../shared/budget/decide/observe.ts';
import type { Owned, Owner, ScaleRef } from '../../shared/budget/decide/owners.ts';
import type { DrainRecord } from './pod-store.ts';

/**
 * Owners that nobody can ask how many pods they want, because their kind has no scale or it cannot be read: they should
 * have as many pods as ran when the drain saw them first.
 */
export class CountedOwners {
  /** By uid of the owner. */
  private readonly expected = new Map<string, number>();

  /** What an owner asked for when it could be asked. */
  remember({ uid, replicas }: Owner): void {
    this.expected.set(uid, replicas);
  }

  /**
   * The owner of something whose owner tells no number.
   *
   * @param podsOf all pods that the owner has now
   * @returns undefined where its pods are not brought back
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
    // Pods that run to their end, or whose successor runs before they end, are not missed when they are gone.
    return { ...owner, replicas: lasting < pods.length ? 0 : expected };
  }
}

/** Neither comes back to another node. */
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
