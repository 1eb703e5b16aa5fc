import type { LabelSelector } from '../../kube/selectors.ts';
import type { ChangeType } from '../../kube/watch-store.ts';
import type { Workload } from './workload.ts';

/** Workloads, found without looking at all of them. */
export interface Workloads {
  byUid(uid: string): Workload | undefined;
  /** Those that another object controls, such as the ReplicaSets of a Deployment. */
  controlledBy(uid: string): Iterable<Workload>;
  /** All workloads of a namespace whose pods the selector may match, and perhaps some more. */
  candidates(namespace: string, selector: LabelSelector): Iterable<Workload>;
}

export interface WorkloadIndex extends Workloads {
  /** One change, as a watch cache reports it; for what is listed once, `ADDED`. */
  apply(type: ChangeType, workload: Workload): void;
}

/** Uid to workload; a bucket that gets empty goes. */
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
      // Labels such as app.kubernetes.io/part-of are on everything: the rarest one leaves the least to look at.
      const [rarest] = buckets.sort((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
      return (buckets.length > 0 ? rarest : byNamespace.get(namespace))?.values() ?? [];
    },
  };
}

/** Neither part can hold a space. */
function labelKey(namespace: string, key: string, value: string): string {
  return `${namespace} ${key} ${value}`;
}
