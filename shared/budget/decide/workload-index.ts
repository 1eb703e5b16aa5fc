import type { LabelSelector } from '../../kube/selectors.ts';
import type { ChangeType } from '../../kube/watch-store.ts';
import type { Workload } from './workload.ts';

/** Indexed workloads. */
export interface Workloads {
  byUid(uid: string): Workload | undefined;
  /** Those controlled by another object, such as the ReplicaSets of a Deployment. */
  controlledBy(uid: string): Iterable<Workload>;
  /** All workloads of a namespace whose pods the selector may match, and possibly more. */
  candidates(namespace: string, selector: LabelSelector): Iterable<Workload>;
}

export interface WorkloadIndex extends Workloads {
  /** One change from a watch cache; `ADDED` for a single list. */
  apply(type: ChangeType, workload: Workload): void;
}

/** Uid to workload; empty buckets are removed. */
type Buckets = Map<string, Map<string, Workload>>;

export function createWorkloadIndex(): WorkloadIndex {
  const workloads = new Map<string, Workload>();
  const byController: Buckets = new Map();
  const byNamespace: Buckets = new Map();
  const byLabel: Buckets = new Map();

  function* placesOf({ namespace, controller, templateLabels }: Workload): Generator<[Buckets, string]> {
    yield [byNamespace, namespace];
    if (controller) yield [byController, controller.uid];
    for (const [key, value] of Object.entries(templateLabels)) {
      yield [byLabel, labelKey(namespace, key, value)];
    }
  }

  function remove(workload: Workload): void {
    workloads.delete(workload.uid);
    for (const [buckets, key] of placesOf(workload)) {
      const bucket = buckets.get(key);
      bucket?.delete(workload.uid);
      if (bucket?.size === 0) buckets.delete(key);
    }
  }

  return {
    apply(type, workload) {
      const before = workloads.get(workload.uid);
      if (before) remove(before);
      if (type === 'DELETED') return;
      workloads.set(workload.uid, workload);
      for (const [buckets, key] of placesOf(workload)) {
        const bucket = buckets.get(key) ?? new Map<string, Workload>();
        buckets.set(key, bucket);
        bucket.set(workload.uid, workload);
      }
    },
    byUid: (uid) => workloads.get(uid),
    controlledBy: (uid) => byController.get(uid)?.values() ?? [],
    candidates(namespace, { matchLabels = {} }) {
      const buckets = Object.entries(matchLabels).map(([key, value]) =>
        byLabel.get(labelKey(namespace, key, value)),
      );
      // Labels such as app.kubernetes.io/part-of are very common: the rarest one leaves the fewest candidates.
      const [rarest] = buckets.sort((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
      return (buckets.length > 0 ? rarest : byNamespace.get(namespace))?.values() ?? [];
    },
  };
}

/** Neither part can contain a space. */
function labelKey(namespace: string, key: string, value: string): string {
  return `${namespace} ${key} ${value}`;
}
