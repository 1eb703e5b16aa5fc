import type { Clock } from '../../shared/clock.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { type Lease, readLease } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { type ConnectionState, type WatchCache, watchCache } from '../../shared/kube/watch-cache.ts';
import { leaseName } from '../rollout/lock.ts';

/**
 * Who rolls workloads out, as the rollouts' Leases say. Nothing else keeps a rollout and a drain of the same workload
 * in one zone where no webhook enforces a budget over both.
 */
export interface Rollouts {
  /**
   * The holder of a workload's rollout.
   *
   * @param kind in lower case, such as `statefulset`
   * @returns 'unclear' until the Leases of the namespace are known for the first time
   */
  holderOf(workload: { namespace: string; kind: string; name: string }): Holder | 'unclear';
  /** The Lease of that name as the watch shows it. */
  leaseOf(namespace: string, name: string): Lease | undefined;
  /** Namespaces whose Leases may not be read. */
  readonly unreadable: ReadonlySet<string>;
  readonly staleSinceMs: number | undefined;
  stop(): Promise<void>;
}

/** Undefined name: nobody. A holder that is not seen to renew its Lease is not believed after `untilMs`. */
export interface Holder {
  name: string | undefined;
  untilMs: number | undefined;
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
/** A Lease that was not renewed for so many durations when it is seen first was left by a process that died. */
const DEAD_AFTER_DURATIONS = 4;

interface Seen {
  resourceVersion: string;
  sinceMs: number;
}

/** Watches the Leases of a namespace from the first question about it on. */
export function watchRollouts({ onChange, ...options }: RolloutsOptions): Rollouts {
  const { kube, clock } = options;
  const caches = new Map<string, WatchCache<Lease>>();
  const synced = new Set<string>();
  const unreadable = new Set<string>();
  const seen = new Map<string, Seen>();

  function begin(namespace: string): void {
    const cache = watchCache<Lease>({
      ...options,
      path: resourcePath({ ...RESOURCES.leases, namespace }),
      parse: readLease,
      onEvent(_, { metadata: { name, resourceVersion } }) {
        if (!name.startsWith(PREFIX)) return;
        seen.set(`${namespace}/${name}`, { resourceVersion, sinceMs: clock.nowMs() });
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

  /** As client-go has it: what counts is whether the Lease changes, by our own clock. */
  function holderIn(lease: Lease): Holder {
    const { holderIdentity, leaseDurationSeconds, renewTimeMs = 0 } = lease.spec;
    if (holderIdentity === '') return { name: undefined, untilMs: undefined };
    const durationMs = leaseDurationSeconds * 1000;
    const { namespace, name } = lease.metadata;
    const sinceMs = seen.get(`${namespace}/${name}`)?.sinceMs ?? clock.nowMs();
    const untilMs = sinceMs + durationMs;
    const quietMs = sinceMs + kube.clockSkewMs - renewTimeMs;
    if (clock.nowMs() >= untilMs || quietMs > durationMs * DEAD_AFTER_DURATIONS) {
      return { name: undefined, untilMs: undefined };
    }
    return { name: holderIdentity, untilMs };
  }

  return {
    unreadable,
    holderOf({ namespace, kind, name }) {
      if (unreadable.has(namespace)) return { name: undefined, untilMs: undefined };
      if (!caches.has(namespace)) begin(namespace);
      if (!synced.has(namespace)) return 'unclear';
      const lease = caches.get(namespace)?.items.get(`${namespace}/${leaseName(kind, name)}`);
      return lease ? holderIn(lease) : { name: undefined, untilMs: undefined };
    },
    leaseOf: (namespace, name) => caches.get(namespace)?.items.get(`${namespace}/${name}`),
    get staleSinceMs() {
      const since = [...caches.values()].flatMap((cache) => cache.staleSinceMs ?? []);
      return since.length > 0 ? Math.min(...since) : undefined;
    },
    async stop() {
      await Promise.all([...caches.values()].map((cache) => cache.stop()));
    },
  };
}
