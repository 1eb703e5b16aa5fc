import type { DrainEvent } from '../../drain/events.ts';
import type { Progress } from '../narration/json.ts';

/** The fields of a snapshot in the JSON output. */
export function drainProgress(event: DrainEvent): Progress | undefined {
  if (event.type !== 'snapshot') return undefined;
  const { nodes, pods, remainingMs } = event.snapshot;
  return {
    counts: {
      nodesDrained: nodes.drained,
      nodes: nodes.total,
      podsLeft: pods.left,
      pods: pods.total,
    },
    estimates: { remainingMs },
  };
}
