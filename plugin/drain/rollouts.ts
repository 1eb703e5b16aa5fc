import type { Clock } from '../../shared/clock.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { believedForMs, type HolderSight, seeHolder } from '../../shared/kube/lease-holder.ts';
import { type Lease, readLease } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { type ConnectionState, type WatchCache, watchCache } from '../../shared/kube/watch-cache.ts';
import { leaseName } from '../../shared/rollout/decide/workload-id.ts';
import { LEASE_DURATION_MS } from '../../shared/rollout/drive/rollout-lease.ts';

/**
 * Which rollouts are running, from their Leases. If no webhook enforces a budget over both, only these keep a rollout
 * and a drain of the same workload in one zone.
 */
export interface Rollouts {
  /**
   * The holder of a workload's rollout.
   *
   * @param kind in lower case, such as `statefulset`
   * @returns 'unclear' until the Leases of the namespace have been listed
   */
  holderOf(workload: { namespace: string; kind: string; name: string }): Holder | 'unclear';
  /** The Lease of that name from the watch. */
  leaseOf(namespace: string, name: string): Lease | undefined;
  /** Namespaces whose Leases cannot be read. */
  readonly unreadable: ReadonlySet<string>;
  readonly staleSinceMs: number | undefined;
  stop(): Promise<void>;
}

/** Undefined name: no holder. A holder that is not seen to renew its Lease is assumed to live for another `forMs`. */
export interface Holder {
  name: string | undefined;
  forMs: number | undefined;
}

export interface RolloutsOptions {
  kube: Kube;
  clock: Clock;
  random: () => number;
  onConnection(state: ConnectionState): void;
  onProblem(error: Error): void;
  onChange(): void;
}

const PREFIX = leaseName('', '').replace(/-$/, '');
const NOBODY: Holder = { name: undefined, forMs: undefined };

/** Watches the Leases of a namespace from its first use. */
export function watchRollouts({ onChange, ...options }: RolloutsOptions): Rollouts {
  const { clock } = options;
  const caches = new Map<string, WatchCache<Lease>>();
  const synced = new Set<string>();
  const unreadable = new Set<string>();
  /** The last observation of each Lease, by `namespace/name`. */
  const seen = new Map<string, HolderSight>();

  function begin(namespace: string): void {
    const cache = watchCache<Lease>({
      ...options,
      path: resourcePath({ ...RESOURCES.leases, namespace }),
      parse: readLease,
      onEvent(type, lease) {
        const { name } = lease.metadata;
        if (!name.startsWith(PREFIX)) return;
        const key = `${namespace}/${name}`;
        if (type === 'DELETED') seen.delete(key);
        else seen.set(key, seeHolder(seen.get(key), lease, clock.monotonicMs()));
        onChange();
      },
    });
    caches.set(namespace, cache);
    cache.synced
      .then(
        () => synced.add(namespace),
        (error: unknown) => {
          caches.delete(namespace);
          if (error instanceof ApiError) unreadable.add(namespace);
        },
      )
      .finally(onChange);
  }

  return {
    unreadable,
    holderOf({ namespace, kind, name }) {
      if (unreadable.has(namespace)) return NOBODY;
      if (!caches.has(namespace)) begin(namespace);
      if (!synced.has(namespace)) return 'unclear';
      const observed = seen.get(`${namespace}/${leaseName(kind, name)}`);
      const forMs = observed ? believedForMs(observed, LEASE_DURATION_MS, clock.monotonicMs()) : 0;
      return observed && forMs > 0 ? { name: observed.lease.spec.holderIdentity, forMs } : NOBODY;
    },
    leaseOf: (namespace, name) => seen.get(`${namespace}/${name}`)?.lease,
    get staleSinceMs() {
      const since = [...caches.values()].flatMap((cache) => cache.staleSinceMs ?? []);
      return since.length > 0 ? Math.min(...since) : undefined;
    },
    async stop() {
      await Promise.all([...caches.values()].map((cache) => cache.stop()));
    },
  };
}
