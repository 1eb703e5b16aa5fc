import type { DrainWorkload } from './decide/types.ts';
import type { Leasable } from './leases.ts';
import type { DrainRecord, PodStore } from './pod-store.ts';
import type { Turn } from './workloads.ts';

/**
 * Pods without an owner (D18). Which of them belong together is unknown, so those of a namespace share one Lease: two
 * drains of different zones must not evict them at the same time. They are not recreated, so the drain does not wait
 * for them.
 */
export function loosePods(
  leaving: readonly DrainRecord[],
  pods: Pick<PodStore, 'inNamespace'>,
  turnOf: (leasable: Leasable, podsOf: () => readonly DrainRecord[]) => Turn | undefined,
): DrainWorkload[] {
  const namespaces = new Set(leaving.filter(isLoose).map(({ namespace }) => namespace));
  return [...namespaces].map((namespace) => {
    const [kind, name] = ['pods', 'without-owner'];
    const leasable = { key: looseKey(namespace), namespace, kind, name, apiVersion: undefined };
    const turn = turnOf(leasable, () => [...pods.inNamespace(namespace)].filter(isLoose));
    return {
      key: leasable.key,
      namespace,
      label: `${kind}/${name}`,
      guard: 'none',
      loose: true,
      zones: [],
      down: [],
      rolloutHolder: turn?.holder,
      ...(turn?.unclaimed && { unclaimed: turn.unclaimed }),
      ...(turn?.settling !== undefined && { settling: turn.settling }),
    };
  });
}

export function isLoose({ controller, terminal }: Pick<DrainRecord, 'controller' | 'terminal'>): boolean {
  return controller === undefined && !terminal;
}

export function looseKey(namespace: string): string {
  return `pods without owner in ${namespace}`;
}
