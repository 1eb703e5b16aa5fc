import type { Clock } from '../../clock.ts';
import type { Kube } from '../../kube/kube.ts';
import { removable } from '../../removals/pod-removal.ts';
import { type PodToSettle, Settlements } from '../../removals/settlements.ts';
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

export function formerGate({ kube, clock, watches, lock, onOpen }: FormerGateOptions): FormerGate {
  const settlements = new Settlements({
    kube,
    clock,
    onChange: look,
    onOver(key) {
      // A failed write is harmless: the next holder is only more cautious.
      lock.formerEnded(key || undefined).catch(() => {});
      onOpen();
    },
  });
  const keys: string[] = [];

  /** Of members that have joined, also after the start. */
  function begin(): void {
    for (const { uid = '', requests } of lock.former) {
      if (keys.includes(uid)) continue;
      keys.push(uid);
      settlements.begin(uid, requests);
    }
  }

  function look(): void {
    if (watches.staleSinceMs !== undefined) return;
    begin();
    for (const key of keys) if (settlements.of(key)) settlements.look(key, podsOf(key));
  }

  /** @param owner uid of a member; empty for all pods */
  function podsOf(owner: string): PodToSettle[] {
    return [...watches.pods.values()]
      .filter(({ metadata }) => owner === '' || metadata.controller?.uid === owner)
      .map((pod) => ({ ...removable(pod), namespace: pod.metadata.namespace, name: pod.metadata.name }));
  }

  begin();
  watches.onChange(look);
  look();
  return {
    state() {
      begin();
      const former = keys.map((key) => settlements.of(key)).find((each) => each !== undefined);
      const reason = former ? whySettling(former) : '';
      return { name: 'an earlier process', state: former ? 'closed' : 'open', reason };
    },
    stop: () => settlements.stop(),
  };
}
