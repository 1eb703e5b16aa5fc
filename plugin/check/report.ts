import { compareText } from '../../shared/kube/zones.ts';
import { checkWorkload, unchecked } from './decide/check.ts';
import type { Finding, ObjectPatch, Severity, WorkloadName } from './decide/finding.ts';
import { inputsOf } from './decide/inputs-of.ts';
import type { Inventory } from './decide/inventory.ts';
import { combinePatches } from './decide/patches.ts';

/** The findings; as JSON a stable interface. */
export interface CheckReport {
  /** By namespace and name, including those without findings. */
  workloads: readonly WorkloadName[];
  /** In the order of the workloads, then by severity. */
  findings: readonly Finding[];
  summary: Readonly<Record<Severity, number>>;
  /** One per object; objects that route to the pods come before the pods. */
  patches: readonly ObjectPatch[];
  /** Ids of the rules that need objects which are not in manifests. */
  notCheckedWithoutCluster: readonly string[];
}

/**
 * Checks the workloads of an inventory.
 *
 * @param nowMs by the API server's clock
 */
export function reportFindings(inventory: Inventory, nowMs: number): CheckReport {
  const workloads = inventory.workloads.toSorted(byName);
  const inputOf = inputsOf(inventory, nowMs);
  const findings = workloads.flatMap((workload) => checkWorkload(inputOf(workload)));
  return {
    workloads: workloads.map(({ kind, namespace, name }) => ({ kind, namespace, name })),
    findings,
    summary: countBySeverity(findings),
    patches: inOrder(combinePatches(findings.flatMap(({ patches }) => patches))),
    notCheckedWithoutCluster: unchecked(inventory.gaps),
  };
}

export function countBySeverity(findings: readonly Finding[]): Record<Severity, number> {
  const count = (severity: Severity) => findings.filter((each) => each.severity === severity).length;
  return {
    error: count('error'),
    warning: count('warning'),
    info: count('info'),
    skipped: count('skipped'),
  };
}

/** New pods get a readiness gate only if the namespace has its label when they are created. */
function inOrder(patches: readonly ObjectPatch[]): ObjectPatch[] {
  const isWorkload = ({ kind }: ObjectPatch) => kind === 'StatefulSet' || kind === 'Deployment';
  return [...patches.filter((patch) => !isWorkload(patch)), ...patches.filter(isWorkload)];
}

function byName(a: WorkloadName, b: WorkloadName): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name) || compareText(a.kind, b.kind);
}
