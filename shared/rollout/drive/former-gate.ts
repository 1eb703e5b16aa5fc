import type { Clock } from '../../clock.ts';
import type { Kube } from '../../kube/kube.ts';
import { removable } from '../../removals/pod-removal.ts';
import { Settlements } from '../../removals/settlements.ts';
import type { GateState } from '../decide/types.ts';
import { whySettling } from './former-requests.ts';
import type { RolloutLock } from './rollout-lock.ts';
import type { WorkloadWatches } from './watches.ts';

export interface FormerGateOptions {
  kube: Kube;
  clock: Clock;
  watches: Pick<WorkloadWatches, 'pods' | 'staleSinceMs' | 'onChange'>;
  lock: Pick<RolloutLock, 'former' | 'formerEnded'>;
  /** The gate has opened. */
  onOpen(): void;
}

/** Closed while requests of an earlier Lease holder that its memory does not name may still be carried out. */
export interface FormerGate {
  state(): GateState;
  stop(): void;
}

const KEY = 'the workload';

export function formerGate({ kube, clock, watches, lock, onOpen }: FormerGateOptions): FormerGate {
  const settlements = new Settlements({
    kube,
    clock,
    onChange: look,
    onOver() {
      // A failed write is harmless: the next holder is only more cautious.
      lock.formerEnded().catch(() => {});
      onOpen();
    },
  });
  if (lock.former) settlements.begin(KEY, lock.former);

  function look(): void {
    if (watches.staleSinceMs !== undefined) return;
    const pods = [...watches.pods.values()];
    settlements.look(
      KEY,
      pods.map((pod) => ({ ...removable(pod), namespace: pod.metadata.namespace, name: pod.metadata.name })),
    );
  }

  if (lock.former) {
    watches.onChange(look);
    look();
  }
  return {
    state() {
      const former = settlements.of(KEY);
      const reason = former ? whySettling(former) : '';
      return { name: 'an earlier process', state: former ? 'closed' : 'open', reason };
    },
    stop: () => settlements.stop(),
  };
}
