/** Which workloads are waited for, and what keeps them from being whole. */
import { disruptedZones } from '../zones.ts';
import type { DownPod, DrainMemory, DrainObservation, DrainWorkload } from './types.ts';

/** No pod of it is down, in whichever zone. */
export function isWhole({ zones, down }: Pick<DrainWorkload, 'zones' | 'down'>): boolean {
  return down.length === 0 && disruptedZones(zones).length === 0;
}

/** The workloads that must be whole before the drain goes on, and are not. */
export function brokenWorkloads(
  observation: Pick<DrainObservation, 'workloads'>,
  memory: Pick<DrainMemory, 'exempt'>,
): DrainWorkload[] {
  const exempt = new Set(memory.exempt);
  return observation.workloads.filter((workload) => !exempt.has(workload.key) && !isWhole(workload));
}

/** A pod that no node takes, with what the scheduler says. */
export interface StuckPod {
  workload: DrainWorkload;
  pod: DownPod;
  message: string;
  /** When it will have been waited for long enough, ms since the epoch. */
  untilMs: number;
}

/** The pods that no node takes, the one that has waited longest first. */
export function stuckPods(workloads: readonly DrainWorkload[], pendingMs: number): StuckPod[] {
  return workloads
    .flatMap((workload) =>
      workload.down.flatMap((pod) =>
        pod.unschedulable === undefined
          ? []
          : [
              {
                workload,
                pod,
                message: pod.unschedulable.message,
                untilMs: pod.unschedulable.sinceMs + pendingMs,
              },
            ],
      ),
    )
    .sort((a, b) => a.untilMs - b.untilMs);
}
