import type { GateState, RolloutDecision, RolloutOptions } from '../../../../shared/rollout/decide/types.ts';
import type { ModelCluster } from './model.ts';

/** What is not true of a decision after which nothing moves any more; undefined where all is. */
export function untruth(
  decision: RolloutDecision,
  cluster: ModelCluster,
  gate: GateState,
  options: RolloutOptions,
): string | undefined {
  const expected = cluster.expectedNames();
  const pods = [...cluster.pods.values()];
  const serves = (name: string) => {
    const pod = cluster.pods.get(name);
    if (!pod || pod.terminating || pod.readySinceMs === undefined) return false;
    return cluster.nowMs - pod.readySinceMs >= options.minReadyMs;
  };
  const down = expected.filter((name) => !serves(name));
  const stale = pods.filter((pod) => pod.revision !== cluster.updateRevision && expected.includes(pod.name));
  const leaving = pods.filter((pod) => pod.terminating).length;
  const unlabelled = pods.some((pod) => pod.node !== undefined && cluster.unlabelledNodes.has(pod.node));
  const surplus = pods.some((pod) => !expected.includes(pod.name));
  const say = (isTrue: boolean, what: string) => (isTrue ? undefined : `${what}: ${decision.reason}`);
  switch (decision.kind) {
    case 'done':
      return say(down.length === 0 && stale.length === 0, 'done, and pods are down or stale');
    case 'disrupt':
      return 'disrupts without an end';
    case 'blocked':
      if (decision.fix === '') return 'blocked, and nothing said that would help';
      if (decision.by === 'zone-label') return say(unlabelled, 'every node has its label');
      return say(decision.by === 'two-zones' && down.length + leaving > 1, 'no two pods are down');
    case 'wait':
      break;
  }
  switch (decision.for) {
    case 'revision':
      return say(!cluster.revisionObserved, 'the revision is observed');
    case 'gate':
      return say(gate.state !== 'open', 'the gate is open');
    case 'availability':
      return say(down.length > 0 || surplus || leaving > 0, 'every pod serves');
    case 'leaving':
      return say(leaving > 0, 'no pod leaves');
    default:
      return `waits without an end: ${decision.reason}`;
  }
}
