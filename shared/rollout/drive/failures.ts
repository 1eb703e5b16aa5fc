import type { Clock } from '../../clock.ts';
import { formatDuration } from '../../format.ts';
import type { Kube } from '../../kube/kube.ts';
import type { Pod } from '../../kube/objects.ts';
import { countPods } from '../../sentences.ts';
import {
  type Downtimes,
  type FailureBudget,
  type Failures,
  followDowntimes,
  judgeFailures,
  unreadySinceMs,
} from '../decide/failures.ts';
import type { Observation } from '../decide/types.ts';
import type { DriverView } from './announcer.ts';
import type { Reporter } from './events.ts';
import { describeFailed, gatherEvidence } from './failure-evidence.ts';

/** Enforces the failure budget during a rollout. */
export interface FailureWatch {
  /** Processes an observation; must be called for each one. */
  look(view: DriverView): Failures;
  /** Reports which pods have failed and why, which may take two seconds, and returns the reason to stop. */
  explain(view: DriverView, failures: Failures): Promise<string>;
}

export interface FailureWatchOptions {
  /** Undefined: waits for new pods indefinitely. */
  budget: FailureBudget | undefined;
  kube: Kube;
  clock: Clock;
  reporter: Reporter;
  /** The command that resumes the rollout. */
  commandLine: string;
}

const NONE: Failures = { failed: [], exceeded: false, recheckAtMs: undefined };
/** In the reason; the event lists all. */
const PODS_DESCRIBED = 5;

export function watchFailures({
  budget,
  kube,
  clock,
  reporter,
  commandLine,
}: FailureWatchOptions): FailureWatch {
  let downtimes: Downtimes = new Map();
  return {
    look({ observation, pods, serverNowMs, monotonicMs }) {
      if (!budget) return NONE;
      const past = { unreadySinceMs: pastOf(pods) };
      downtimes = followDowntimes(downtimes, observation, past, { nowMs: serverNowMs, monotonicMs });
      return judgeFailures(downtimes, budget, monotonicMs);
    },
    async explain({ pods, workload, observation }, { failed }) {
      const { namespace } = workload.id;
      const names = ownNames(failed, [...pods], observation);
      const evidence = await gatherEvidence(names, pods, { kube, clock, namespace });
      const { maxFailed, podTimeoutMs } = budget ?? { maxFailed: 0, podTimeoutMs: 0 };
      reporter.report({
        atMs: clock.nowMs(),
        type: 'failed-pods',
        failed: evidence,
        maxFailed,
        podTimeoutMs,
      });
      const more = evidence.length - PODS_DESCRIBED;
      return [
        `${countPods(evidence.length)} not Ready within --pod-timeout ${formatDuration(podTimeoutMs)}, --max-failed is ${maxFailed}`,
        ...evidence.slice(0, PODS_DESCRIBED).map(describeFailed),
        ...(more > 0 ? [`and ${countPods(more)} more`] : []),
        `continue with: ${commandLine}`,
      ].join('\n');
    },
  };
}

/** A Deployment's pod may be listed under the name of the pod it replaces. */
function ownNames(names: readonly string[], pods: readonly Pod[], observation: Observation): string[] {
  return names.map((name) => {
    const uid = observation.pods.find((pod) => pod.name === name)?.uid;
    return pods.find(({ metadata }) => metadata.uid === uid)?.metadata.name ?? name;
  });
}

function pastOf(pods: DriverView['pods']): ReadonlyMap<string, number> {
  const since = new Map<string, number>();
  for (const pod of pods) {
    const sinceMs = unreadySinceMs(pod);
    if (sinceMs !== undefined) since.set(pod.metadata.uid, sinceMs);
  }
  return since;
}
