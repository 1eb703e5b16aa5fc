import type { Pod } from '../../shared/kube/objects.ts';
import { parseSelector } from '../../shared/kube/selector-text.ts';
import { UsageError } from '../cli/errors.ts';
import type { DrainFilters } from './request.ts';

/** Whether a pod on a drained node must leave. */
export type PodVerdict =
  | { kind: 'leaves'; warning?: string }
  /** It is neither evicted nor waited for. */
  | { kind: 'stays'; warning?: string }
  | Refusal;

/** The drain must not begin while such a pod exists. */
export interface Refusal {
  kind: 'refuses';
  /** The kind of pod, with everything that prevents its eviction: `Pods with local storage (emptyDir)`. */
  reason: string;
  /** The flags that allow its eviction or let it stay, separated by spaces; all are required. */
  flag: string;
}

export interface FilterInput {
  filters: DrainFilters;
  /** Existing DaemonSets, as `namespace/name`. */
  daemonSets: ReadonlySet<string>;
  /** Ms since the epoch, on the API server's clock. */
  nowMs: number;
}

/** Set on pods that the kubelet runs from a file; they cannot be removed through the API server. */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/**
 * kubectl drain's filters (k8s.io/kubectl/pkg/drain/filters.go), with two differences: everything that prevents a pod's
 * eviction is reported at once, and a later warning does not hide an earlier one.
 *
 * @returns the filter for pods on drained nodes
 * @throws UsageError for an invalid pod selector
 */
export function podFilter(input: FilterInput): (pod: Pod) => PodVerdict {
  const { podSelector } = input.filters;
  const selected = parseSelector(podSelector ?? '');
  if (typeof selected === 'string') throw new UsageError(`--pod-selector: ${selected}`);
  return (pod) => (selected(pod.metadata.labels) ? judge(pod, input) : { kind: 'stays' });
}

function judge(pod: Pod, { filters, daemonSets, nowMs }: FilterInput): PodVerdict {
  if (isOverdue(pod, filters.skipWaitForDeleteMs, nowMs)) return { kind: 'stays' };
  if (Object.hasOwn(pod.metadata.annotations, MIRROR_ANNOTATION)) return { kind: 'stays' };
  // It serves no more requests, whatever data it has left behind.
  if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') return { kind: 'leaves' };

  const { controller, namespace } = pod.metadata;
  const daemonSet = controller?.kind === 'DaemonSet' && controller.apiVersion === 'apps/v1';
  const orphaned = daemonSet && !daemonSets.has(`${namespace}/${controller.name}`);
  if (daemonSet && !orphaned) {
    return filters.ignoreDaemonSets
      ? { kind: 'stays', warning: 'ignoring DaemonSet-managed Pods' }
      : { kind: 'refuses', reason: 'DaemonSet-managed Pods', flag: '--ignore-daemonsets' };
  }
  const findings: Finding[] = [];
  if (pod.spec.hasEmptyDir) {
    findings.push({
      may: filters.deleteEmptyDirData,
      reason: 'Pods with local storage (emptyDir)',
      flag: '--delete-emptydir-data',
    });
  }
  if (!controller || orphaned) {
    const reason = controller
      ? `Pods whose DaemonSet ${namespace}/${controller.name} does not exist`
      : 'Pods that declare no controller';
    findings.push({ may: filters.force, reason, flag: '--force' });
  }
  return verdictOn(findings);
}

interface Finding {
  /** Whether a flag permits it. */
  may: boolean;
  reason: string;
  flag: string;
}

function verdictOn(findings: readonly Finding[]): PodVerdict {
  const against = findings.filter(({ may }) => !may);
  if (against.length > 0) {
    return {
      kind: 'refuses',
      reason: join(against.map(({ reason }) => reason)),
      flag: against.map(({ flag }) => flag).join(' '),
    };
  }
  if (findings.length === 0) return { kind: 'leaves' };
  return { kind: 'leaves', warning: `removing ${join(findings.map(({ reason }) => reason))}` };
}

/** One subject with all its reasons: `Pods with local storage (emptyDir) that declare no controller`. */
function join([first = '', ...others]: readonly string[]): string {
  return [first, ...others.map((reason) => reason.replace(/^Pods /, ''))].join(' ');
}

/** The deletion timestamp is when the pod's grace period ends, so this is how long it is overdue. */
function isOverdue(pod: Pod, skipWaitForDeleteMs: number | undefined, nowMs: number): boolean {
  const { deletionTimestampMs } = pod.metadata;
  if (skipWaitForDeleteMs === undefined || deletionTimestampMs === undefined) return false;
  return nowMs - deletionTimestampMs > skipWaitForDeleteMs;
}
