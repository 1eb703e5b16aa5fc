import type { ObservedCluster } from '../../shared/budget/decide/observe.ts';
import type { Owned, Owner, ScaleRef } from '../../shared/budget/decide/owners.ts';
import { terminationOf } from '../../shared/rollout/decide/leaving.ts';
import { expectedPods } from './decide/expected-pods.ts';
import type { DrainRecord } from './pod-store.ts';

export interface CountedOwnersOptions {
  /** The number of pods that an unfinished drain has noted in the owner's Lease; undefined without a note. */
  noted(owner: ScaleRef): number | undefined;
}

/** An owner without a readable replica count. */
export interface CountedOwner {
  /** `replicas` is the expected number of pods. */
  owner: Owner;
  /** Not terminating. */
  running: number;
  /** Whether the number is that of an earlier drain. */
  isNoted: boolean;
}

/**
 * Owners whose replica count is unknown, because their kind has no scale or it cannot be read: they are expected to
 * have as many pods as ran at the same time during the drain.
 */
export class CountedOwners {
  private readonly options: CountedOwnersOptions;
  /** Keyed by owner uid. */
  private readonly expected = new Map<string, number>();

  constructor(options: CountedOwnersOptions) {
    this.options = options;
  }

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
  ): CountedOwner | undefined {
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
    const lasting = pods.filter(({ pod }) => pod.spec.restartPolicy === 'Always');
    const known = this.expected.get(uid);
    const noted = this.options.noted(ref);
    const running = lasting.filter(({ terminating }) => !terminating).length;
    const seen = known === undefined ? placesOf(lasting) : running;
    const expected = expectedPods({ known, noted, running: seen });
    this.expected.set(uid, expected);
    // Pods that run to completion, or whose successor runs before they end, are not missing when they are gone.
    const replicas = lasting.length < pods.length ? 0 : expected;
    return { owner: { ...owner, replicas }, running, isNoted: expected === noted && expected > running };
  }
}

/** A terminating pod and a later one, which may be its successor, count once. */
function placesOf(pods: readonly DrainRecord[]): number {
  const madeMs: number[] = [];
  const deletedMs: number[] = [];
  for (const { terminating, pod } of pods) {
    if (terminating) deletedMs.push(terminationOf(pod)?.sinceMs ?? Number.POSITIVE_INFINITY);
    else madeMs.push(pod.metadata.creationTimestampMs ?? 0);
  }
  madeMs.sort((a, b) => b - a);
  let places = madeMs.length;
  let successors = 0;
  for (const atMs of deletedMs.sort((a, b) => b - a)) {
    if ((madeMs[successors] ?? Number.NEGATIVE_INFINITY) >= atMs) successors += 1;
    else places += 1;
  }
  return places;
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
