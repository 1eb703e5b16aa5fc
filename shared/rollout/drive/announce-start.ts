import { describeZoneSource } from '../../kube/zones.ts';
import { disruptionLimit } from '../decide/limits.ts';
import { knownZones } from '../decide/pods.ts';
import type { Observation } from '../decide/types.ts';
import { partitionLines, type Workload } from '../decide/workload.ts';
import { nameOf } from '../decide/workload-id.ts';
import type { Reporter, RolloutEvent } from './events.ts';
import type { RolloutLock } from './rollout-lock.ts';
import type { Prepared, Watched } from './workload-port.ts';

export interface Beginning extends Prepared {
  watched: Pick<Watched, 'watches' | 'found'>;
  lock: Pick<RolloutLock, 'resumed' | 'memory'>;
}

/** Reports what the rollout will do, and what the operator should know first. */
export function announce(
  { watched, lock, request, observation, workload, changed }: Beginning,
  reporter: Reporter,
  atMs: number,
): void {
  reporter.report(started(workload, observation, lock.resumed && !changed, atMs));
  const notice = (message: string) => reporter.report({ atMs, type: 'notice', message });
  request.notices.forEach(notice);
  if (changed) notice(`the template was changed: ${request.change?.differences.join('; ')}`);
  const zones = knownZones(observation, lock.memory);
  const { capped } = disruptionLimit(observation, request.options, zones.length);
  if (capped) notice(capped);
  if (request.zones) notice(`zones by ${describeZoneSource(request.zones)}`);
  for (const line of partitionLines(watched.found)) notice(line);
  if (observation.nodesForbidden) {
    notice('no permission to list nodes: zones are taken from the labels of the pods');
  }
  if (request.disableEviction) notice('pods are deleted, not evicted: this bypasses disruption budgets');
}

/** The first event of every rollout. */
export function started(
  { id }: Workload,
  { updateRevision, pods, replicas }: Observation,
  resumed: boolean,
  atMs: number,
): RolloutEvent {
  const stale = pods.filter((pod) => pod.stale && !pod.surplus).length;
  return { atMs, type: 'started', workload: nameOf(id), updateRevision, stale, total: replicas, resumed };
}
