import type { DrainRecord } from './pod-store.ts';

type SeenPod = Pick<DrainRecord, 'uid' | 'controller' | 'terminating'>;

/** How often the pods of one owner are evicted from one cordoned node. */
const MOST_ROUNDS = 2;

/**
 * Detects pods that their owner recreates repeatedly on a cordoned node, as Kubernetes operators that set spec.nodeName
 * do: evicting them would never end.
 */
export class Returns {
  /** By node and controller: the most pods at once, and the order in which pods were seen there. */
  private readonly seen = new Map<string, { most: number; order: Map<string, number> }>();

  /**
   * Records the pods that would have to leave a node.
   *
   * @returns uids of those that arrived after all pods of their owner had been evicted from this node twice
   */
  look(node: { name: string; cordoned: boolean }, records: readonly SeenPod[]): ReadonlySet<string> {
    const staying = new Set<string>();
    for (const [controller, pods] of Map.groupBy(records, (record) => record.controller?.uid ?? '')) {
      const key = `${node.name}/${controller}`;
      if (controller === '' || !node.cordoned) {
        this.seen.delete(key);
        continue;
      }
      const known = this.seen.get(key) ?? { most: 0, order: new Map<string, number>() };
      this.seen.set(key, known);
      known.most = Math.max(known.most, pods.filter(({ terminating }) => !terminating).length);
      for (const { uid } of pods) {
        const rank = known.order.get(uid) ?? known.order.size;
        known.order.set(uid, rank);
        if (rank >= MOST_ROUNDS * Math.max(1, known.most)) staying.add(uid);
      }
    }
    return staying;
  }
}
