/** The reasons that a drain reports for pods that it holds back or waits for. */
import type { Deny } from '../../../shared/budget/decide/decide.ts';
import type { ZoneLoad } from '../../../shared/budget/decide/types.ts';
import { disruptedZones, isKnownZone, ZONE_LABEL, type ZoneTally } from '../../../shared/kube/zones.ts';
import { countPods, listNames } from '../../../shared/sentences.ts';
import type { StuckPod } from './available.ts';
import type { DownPod, DrainPod, DrainWorkload, HeldPod, ZoneBudgetState } from './types.ts';

export const NO_ZONE = 'no zone label';

/** `zone-a`, or a name for the nodes without a zone label. */
export function nameZone(zone: string | undefined): string {
  return zone ?? 'nodes without a zone label';
}

/** `waiting for 2 pods of zone-a to terminate: ingester-5, ingester-4 (its finalizer example.com/backup is not removed)`. */
export function waitingToGo(pods: readonly DrainPod[], where: string): string {
  return `waiting for ${countPods(pods.length)} of ${where} to terminate: ${listNames(pods.map(({ name, overdue }) => (overdue ? `${name} (${overdue})` : name)))}`;
}

/** `prod/statefulset/ingester`, the format of `--ignore-broken`. */
export function workloadName({ label, namespace }: Pick<DrainWorkload, 'label' | 'namespace'>): string {
  return `${namespace}/${label}`;
}

/** `all workloads healthy`, or which were unhealthy before the drain and still are. */
export function healthOf(excused: readonly DrainWorkload[]): string {
  if (excused.length === 0) return 'all workloads healthy';
  return `all workloads healthy, except those that were not before the drain: ${listBroken(excused)}`;
}

/** `statefulset/etcd in prod (etcd-0)`. */
export function listBroken(workloads: readonly DrainWorkload[]): string {
  return listNames(
    workloads.map((workload) => `${nameWorkload(workload)} (${listNames(downNames(workload))})`),
  );
}

/** Pods that stay because their workload was broken in another zone before the drain. */
export function brokenBefore(held: readonly HeldPod[], zone: string | undefined): string {
  return `${describeHeld(held, zone)}, since before the drain`;
}

/** @param ignorable whether only the drain's own rule holds the pods */
export function repairFix(workloads: readonly Named[], ignorable: boolean): string {
  const repair = `repair ${listNames(distinct(workloads.map(nameWorkload)))} and run the same command`;
  return ignorable
    ? `${repair}, or evict pods of another zone anyway with ${ignoreFlags(workloads)}`
    : repair;
}

export function suspectFix(workloads: readonly Named[]): string {
  const names = listNames(workloads.map(nameWorkload));
  return `${names} had pods down before this command started; if they do not recover, restart it with ${ignoreFlags(workloads)}`;
}

export function countedFix(workloads: readonly Named[]): string {
  const names = listNames(workloads.map(nameWorkload));
  return `no scale shows how many pods ${names} should have, so as many are expected as ran when a drain began; if fewer are intended, stop this drain and run it again with ${ignoreFlags(workloads)}`;
}

function ignoreFlags(workloads: readonly Named[]): string {
  return distinct(workloads.map((workload) => `--ignore-broken ${workloadName(workload)}`)).join(' ');
}

type Named = Pick<DrainWorkload, 'label' | 'namespace'>;

function distinct(words: readonly string[]): string[] {
  return [...new Set(words)];
}

/** `statefulset/ingester in prod`. */
export function nameWorkload({ label, namespace }: Pick<DrainWorkload, 'label' | 'namespace'>): string {
  return `${label} in ${namespace}`;
}

export function tooManyBudgets(kind: string, keys: readonly string[]): string {
  return `covered by ${keys.length} ${kind} (${listNames(keys)}), and evictions fail if there is more than one: change a selector`;
}

export function unknownBudget(kind: string, key: string): string {
  return `${kind} ${key} has not been read yet`;
}

export function deniedByZoneBudget(
  key: string,
  zone: string | undefined,
  { view }: ZoneBudgetState,
  { code, zones, fix }: Deny,
): string {
  if ('code' in view) return `${view.reason}: ${fix}`;
  const loaded = zones.filter((load) => load.unavailable + load.reserved.length > 0);
  if (code === 'zone-full') {
    const here = loaded.filter((load) => load.zone === zone).map(describeLoad);
    return `budget ${key} allows ${view.maxUnavailable} in ${zone}${here.length > 0 ? `: ${here.join()}` : ''}`;
  }
  if (code === 'other-zone') {
    const others = loaded.filter((load) => load.zone !== zone).map(describeLoad);
    return `budget ${key} allows one zone at a time: ${others.join('; ')}`;
  }
  return `budget ${key} does not know the zone: ${fix}`;
}

export function deniedByPodBudget(key: string, allowed: number, taken: number): string {
  const used = taken > 0 ? `, and ${countPods(taken)} requested` : '';
  return `PodDisruptionBudget ${key} allows ${allowed}${used}`;
}

export function otherZones(
  workload: DrainWorkload,
  down: readonly ZoneTally[],
  leaving: readonly string[],
): string {
  const parts = [
    ...(down.length > 0 ? [describeZones(down)] : []),
    ...(leaving.length > 0 ? [`pods about to be evicted in ${listNames(leaving.map(nameKey))}`] : []),
  ];
  return `${nameWorkload(workload)} is drained one zone at a time: ${parts.join('; ')}`;
}

export function rolledOut(workload: DrainWorkload, holder: string): string {
  const verb = isDrain(holder) ? 'drained' : 'rolled out';
  return `${nameWorkload(workload)} is being ${verb} by ${holder}`;
}

/** Drains mark their identity. */
export function isDrain(holder: string): boolean {
  return /\/drain-[^/]*$/.test(holder);
}

export function unclaimed(workload: DrainWorkload): string {
  return `${nameWorkload(workload)}: ${workload.unclaimed?.problem ?? 'its Lease is not held'}`;
}

export function settling(workload: DrainWorkload): string {
  return `${nameWorkload(workload)}: ${workload.settling}`;
}

/** Pods grouped by the reason for which they are held, in eviction order. */
export function groupHeld(held: readonly HeldPod[]): { reason: string; pods: DrainPod[] }[] {
  const groups = new Map<string, DrainPod[]>();
  for (const { pod, reason } of held) {
    const pods = groups.get(reason);
    if (pods) pods.push(pod);
    else groups.set(reason, [pod]);
  }
  return [...groups].map(([reason, pods]) => ({ reason, pods }));
}

/** `2 pods of zone-a: ingester-3, ingester-0: budget prod/ingester allows 1 in zone-a`. */
export function describeHeld(held: readonly HeldPod[], zone: string | undefined): string {
  const groups = groupHeld(held).map(({ reason, pods }) => {
    const names = listNames(pods.map(({ name }) => name));
    return `${countPods(pods.length)} of ${nameZone(zone)} (${names}): ${reason}`;
  });
  const [first = '', ...others] = groups;
  return others.length === 0
    ? first
    : `${first}; and ${others.length} more ${others.length === 1 ? 'reason' : 'reasons'}`;
}

/** `statefulset/ingester in prod has 2 of 6 pods down: ingester-3 (missing), ingester-0 (starting)`. */
export function describeBroken(workloads: readonly DrainWorkload[]): string {
  const [first, ...others] = workloads;
  if (!first) return '';
  const total = first.zones.reduce((sum, zone) => sum + zone.total, 0);
  const sentence = `${nameWorkload(first)} has ${downNames(first).length} of ${countPods(total)} down: ${listNames(describeDown(first))}`;
  return others.length === 0
    ? sentence
    : `${sentence}; and ${others.length} more: ${listNames(others.map(nameWorkload))}`;
}

/** `ingester-3 (missing)` for each pod that is down. */
export function describeDown(workload: DrainWorkload): string[] {
  const problems = new Map(workload.down.map((pod) => [pod.name, pod.problem]));
  return downNames(workload).map((name) => {
    const problem = problems.get(name);
    return problem === undefined ? name : `${name} (${problem})`;
  });
}

export function describeStuck({ pod, workload, message }: StuckPod): string {
  const zone = pod.zone === undefined ? '' : ` of ${pod.zone}`;
  return `no node can run ${pod.name}${zone}, ${nameWorkload(workload)}: ${message}`;
}

export function uncordonFix(node: string | undefined, pod: DownPod): string {
  return node === undefined
    ? `add a node that can run ${pod.name}, then run the same command`
    : `kubectl uncordon ${node}, or add a node that can run ${pod.name}, then run the same command`;
}

export function labelReason(pods: readonly DrainPod[]): string {
  const nodes = nodesOf(pods);
  const names = listNames(pods.map(({ name }) => name));
  return `${countPods(pods.length)} under zone budgets cannot be evicted from ${nodes.length === 1 ? 'a node' : 'nodes'} without a zone label (${listNames(nodes)}): ${names}`;
}

export function labelFix(pods: readonly DrainPod[]): string {
  return `kubectl label node ${nodesOf(pods)[0]} ${ZONE_LABEL}=ZONE, then run the same command`;
}

function nodesOf(pods: readonly DrainPod[]): string[] {
  return [...new Set(pods.map(({ node }) => node))].sort();
}

function downNames({ zones, down }: DrainWorkload): string[] {
  const names = disruptedZones(zones).flatMap((zone) => zone.down);
  return [...new Set([...names, ...down.map(({ name }) => name)])];
}

function describeZones(tallies: readonly ZoneTally[]): string {
  return tallies.map(({ zone, down }) => `${listNames(down)} of ${nameKey(zone)} down`).join('; ');
}

function describeLoad({ zone, expected, unavailable, reserved }: ZoneLoad): string {
  const parts = [
    ...(unavailable > 0 ? [`${unavailable} of ${countPods(expected)} down`] : []),
    ...(reserved.length > 0 ? [`${countPods(reserved.length)} about to be evicted`] : []),
  ];
  return `${nameKey(zone)} has ${parts.join(' and ')}`;
}

function nameKey(zone: string): string {
  return isKnownZone(zone) ? zone : 'an unknown zone';
}
