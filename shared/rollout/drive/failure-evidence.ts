import { type Clock, delay } from '../../clock.ts';
import { oneLine } from '../../format.ts';
import type { Kube } from '../../kube/kube.ts';
import type { ContainerKind, ContainerStatus, Pod } from '../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../kube/paths.ts';
import { containerName, hasRun, podProblem } from '../../kube/pods.ts';

/** A pod that did not become Ready in time, with evidence for the cause. */
export interface FailedPod {
  pod: string;
  /** Short, such as "CrashLoopBackOff", "missing". */
  problem: string;
  containers: readonly FailedContainer[];
  /** Last log line of its first container that has run and is not ready; undefined if it cannot be read. */
  log?: string | undefined;
}

export interface FailedContainer {
  name: string;
  kind: Exclude<ContainerKind, 'ephemeral'>;
  ready: boolean;
  restarts: number;
  /** Why it is not running, in the kubelet's words; undefined while it runs. */
  state?: string | undefined;
}

/** Limits for reading logs: unresponsive kubelets must not delay the rollout. */
const LOGS_READ = 5;
const LOG_PATIENCE_MS = 2_000;
const LONGEST_LOG_BYTES = 2_000;

/**
 * Collects the state of these pods from their objects, and the last lines of their logs if RBAC and the
 * kubelet allow it.
 *
 * @param names of pods that exist, or are missing
 */
export async function gatherEvidence(
  names: readonly string[],
  pods: Iterable<Pod>,
  { kube, clock, namespace }: { kube: Kube; clock: Clock; namespace: string },
): Promise<FailedPod[]> {
  const byName = new Map([...pods].map((pod) => [pod.metadata.name, pod]));
  const evidence = names.map((name) => evidenceOf(name, byName.get(name)));
  const over = new AbortController();
  const logs = evidence.slice(0, LOGS_READ).map(async (failed): Promise<[string, string | undefined]> => {
    const container = byName
      .get(failed.pod)
      ?.status.containerStatuses.find((each) => !each.ready && each.kind !== 'ephemeral' && hasRun(each));
    return [
      failed.pod,
      container && (await lastLine(kube, namespace, failed.pod, container.name, over.signal)),
    ];
  });
  const patience = delay(clock, LOG_PATIENCE_MS, over.signal)
    .catch(() => {})
    .finally(() => over.abort(new Error('no longer waiting for the log')));
  const read = new Map(await Promise.all(logs));
  over.abort(new Error('all logs are read'));
  await patience;
  return evidence.map((failed) => ({ ...failed, log: read.get(failed.pod) }));
}

/** `db-3 (CrashLoopBackOff): container main: restarted 5 times, back-off 5m0s; last log line: "panic: no store"`. */
export function describeFailed({ pod, problem, containers, log }: FailedPod): string {
  const details = containers.flatMap(({ name, kind, ready, restarts, state = 'running' }) => {
    // It waits for the init containers, which are listed.
    if (ready || state === 'PodInitializing') return [];
    const often = restarts === 1 ? 'restarted once' : restarts > 1 ? `restarted ${restarts} times` : '';
    const words = [often, without(state, problem)].filter(Boolean);
    return words.length > 0 ? [`${containerName({ kind, name })}: ${words.join(', ')}`] : [];
  });
  if (log !== undefined) details.push(`last log line: ${JSON.stringify(oneLine(log))}`);
  return `${pod} (${problem})${details.length > 0 ? `: ${details.join('; ')}` : ''}`;
}

/** A state without the problem that was already named. */
function without(state: string, named: string): string {
  const problem = named.replace(/^Init:/, '');
  return state === problem ? '' : state.startsWith(`${problem}: `) ? state.slice(problem.length + 2) : state;
}

function evidenceOf(name: string, pod: Pod | undefined): FailedPod {
  if (!pod) return { pod: name, problem: 'missing', containers: [] };
  return {
    pod: name,
    problem: podProblem(pod) ?? 'not ready',
    containers: pod.status.containerStatuses.flatMap(({ kind, ...status }) =>
      kind === 'ephemeral'
        ? []
        : {
            name: status.name,
            kind,
            ready: status.ready,
            restarts: status.restartCount,
            state: stateOf(status),
          },
    ),
  };
}

function stateOf({
  waiting,
  terminated,
}: Pick<ContainerStatus, 'waiting' | 'terminated'>): string | undefined {
  const why = waiting ?? terminated;
  if (!why) return undefined;
  const words = [why.reason || (waiting ? 'waiting' : 'terminated'), oneLine(why.message)];
  return words.filter(Boolean).join(': ');
}

/** Undefined if there is none for any reason: no permission, a rotated log, an unreachable kubelet. */
async function lastLine(
  kube: Kube,
  namespace: string,
  pod: string,
  container: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const text = await kube.request({
      method: 'GET',
      path: resourcePath({ ...RESOURCES.pods, namespace, name: pod, subresource: 'log' }),
      query: { container, tailLines: 1, limitBytes: LONGEST_LOG_BYTES },
      retry: 'never',
      timeoutMs: LOG_PATIENCE_MS,
      signal,
    });
    const line = typeof text === 'string' ? text.trim() : '';
    return line === '' ? undefined : line;
  } catch {
    return undefined;
  }
}
