import type { RolloutFacts, WorkloadFacts, ZoneFacts } from '../../../plugin/status/decide/facts.ts';

/** A zone with four pods, of which these are down. */
export function zone(name: string | undefined, down: ZoneFacts['unhealthy'] = []): ZoneFacts {
  return { zone: name, expected: 4, healthy: 4 - down.length, unhealthy: down };
}

export const NO_ROLLOUT: RolloutFacts = {
  state: 'done',
  holder: '',
  isDrain: false,
  ended: undefined,
  reason: '',
  wave: undefined,
};

/** A StatefulSet with twelve healthy pods in three zones, which nobody touches. */
export function workload(change: Partial<WorkloadFacts> = {}): WorkloadFacts {
  return {
    kind: 'statefulset',
    namespace: 'cortex',
    name: 'ingester',
    zones: [zone('zone-a'), zone('zone-b'), zone('zone-c')],
    updated: 12,
    pods: 12,
    revision: 'ingester-2',
    rollout: NO_ROLLOUT,
    budgets: [],
    ...change,
  };
}

export const BROKEN = { pod: 'ingester-3', why: 'ImagePullBackOff', replaced: false };
export const RETURNING = { pod: 'ingester-6', why: 'starting', replaced: true };
