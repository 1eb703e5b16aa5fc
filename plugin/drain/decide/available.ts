/** Which workloads the drain waits for, and what keeps them from being healthy. */
import { disruptedZones, type ZoneTally, zoneKeyOf } from '../../../shared/kube/zones.ts';
import type { DownPod, DrainMemory, DrainObservation, DrainWorkload, Excuse } from './types.ts';

/** Whether no pod of it is down in any zone. */
export function isWhole({ zones, down }: Pick<DrainWorkload, 'zones' | 'down'>): boolean {
  return down.length === 0 && disruptedZones(zones).length === 0;
}

/** The workloads with more pods down than before the drain: the drain waits for these. */
export function brokenWorkloads(
  observation: Pick<DrainObservation, 'workloads'>,
  memory: Pick<DrainMemory, 'excuses'>,
): DrainWorkload[] {
  const excuses = excusesByKey(memory);
  return observation.workloads.filter((workload) => {
    const excuse = excuses.get(workload.key);
    return excuse ? countDown(workload) > excuse.total : !isWhole(workload);
  });
}

/** The workloads with pods that were down before the drain and still are. */
export function excusedWorkloads(
  observation: Pick<DrainObservation, 'workloads'>,
  memory: Pick<DrainMemory, 'excuses'>,
): DrainWorkload[] {
  const excuses = excusesByKey(memory);
  return observation.workloads.filter((workload) => excuses.has(workload.key) && !isWhole(workload));
}

function countDown({ zones }: Pick<DrainWorkload, 'zones'>): number {
  return zones.reduce((sum, { down }) => sum + down.length, 0);
}

/** The zones in which the workload has more pods down than before the drain. */
export function zonesBeyond(
  { zones }: Pick<DrainWorkload, 'zones'>,
  excuse: Excuse | undefined,
): ZoneTally[] {
  const before = new Map(excuse?.zones.map(({ zone, down }) => [zone, down]));
  return disruptedZones(zones).filter(({ zone, down }) => down.length > (before.get(zone) ?? 0));
}

export function excusesByKey({ excuses }: Pick<DrainMemory, 'excuses'>): ReadonlyMap<string, Excuse> {
  return new Map(excuses.map((excuse) => [excuse.key, excuse]));
}

/** An unschedulable pod, with the scheduler's message. */
export interface StuckPod {
  workload: DrainWorkload;
  pod: DownPod;
  message: string;
  /** When to stop waiting for it. */
  untilMs: number;
}

/** The unschedulable pods that the drain waits for, longest waiting first. */
export function stuckPods(
  observation: Pick<DrainObservation, 'workloads'>,
  memory: Pick<DrainMemory, 'excuses'>,
  pendingMs: number,
): StuckPod[] {
  const excuses = excusesByKey(memory);
  return brokenWorkloads(observation, memory)
    .flatMap((workload) => {
      const excuse = excuses.get(workload.key);
      const waitedFor = new Set(zonesBeyond(workload, excuse).map(({ zone }) => zone));
      return workload.down.flatMap((pod) =>
        pod.unschedulable === undefined || (excuse && !waitedFor.has(zoneKeyOf(pod)))
          ? []
          : [
              {
                workload,
                pod,
                message: pod.unschedulable.message,
                untilMs: pod.unschedulable.sinceMs + pendingMs,
              },
            ],
      );
    })
    .sort((a, b) => a.untilMs - b.untilMs);
}
