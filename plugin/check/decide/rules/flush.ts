/** Workloads that write their data to another store when they exit. */
import { countPods } from '../../../../shared/sentences.ts';
import { seen } from '../finding.ts';
import { deploymentLimits } from '../limits.ts';
import type { CheckedWorkload } from '../objects/workload.ts';
import { workloadPatch } from '../patches.ts';
import { longestHook } from '../pre-stop.ts';
import type { Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

/** No server needs five minutes to finish its requests: such a pod has data to write. */
const FLUSH_SECONDS = 300;
/** By then all members of a hash ring know a new one. */
const SETTLED_SECONDS = 60;

const GRACE = 'spec.template.spec.terminationGracePeriodSeconds';

export const surgeWhileFlushing: Rule = {
  id: 'surge-while-flushing',
  severity: 'warning',
  title: 'New members join before the old ones have left',
  why: 'With maxSurge above 0 a Deployment starts a new pod in addition to the old ones. In a hash ring that is one more member, which takes over part of the data and the writes and loses them again at the next step: data is moved, and flushed, more than once.',
  source: SOURCES.deployment,
  check({ workload }) {
    if (!flushesInRollingUpdate(workload)) return [];
    const { further } = deploymentLimits(workload);
    if (further === 0) return [];
    return [
      {
        evidence: [
          seen(workload, 'spec.strategy.rollingUpdate.maxSurge', workload.strategy.maxSurge),
          seen(workload, GRACE, workload.podSpec.terminationGracePeriodSeconds),
        ],
        consequence: `Up to ${countPods(further)} more than replicas hold data at the same time: series are written twice and flushed early.`,
        fix: 'Set maxSurge to 0 and maxUnavailable to 1.',
        patches: [
          workloadPatch(workload, { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } }),
        ],
      },
    ];
  },
};

export const severalFlushTogether: Rule = {
  id: 'several-flush-together',
  severity: 'error',
  title: 'Several pods flush at the same time',
  why: 'The store can sustain the steady load and the flush of some pods, not of all. Data that cannot be written before the grace period of a pod ends is lost.',
  source: SOURCES.deployment,
  check({ workload }) {
    if (!flushesInRollingUpdate(workload)) return [];
    const { missing } = deploymentLimits(workload);
    if (missing < 2 || missing >= workload.replicas) return [];
    return [
      {
        evidence: [
          seen(workload, 'spec.strategy.rollingUpdate.maxUnavailable', workload.strategy.maxUnavailable),
          seen(workload, GRACE, workload.podSpec.terminationGracePeriodSeconds),
        ],
        consequence: `At least ${countPods(missing)} flush together: the store is overloaded, flushes fail, and data not written when the grace period ends is lost.`,
        fix: `Set maxUnavailable to 1, and roll out with kubectl zone rollout deploy/${workload.name} --max-leaving 1, which waits for pods that flush.`,
        patches: [workloadPatch(workload, { strategy: { rollingUpdate: { maxUnavailable: 1 } } })],
      },
    ];
  },
};

export const flushNotAwaited: Rule = {
  id: 'flush-not-awaited',
  severity: 'info',
  title: 'A Deployment does not wait for pods that flush',
  why: 'The Deployment controller ignores terminating pods. With maxSurge 0 and maxUnavailable 1 it deletes the next pod as soon as the new one is Ready: of six pods that are Ready after 3 s and flush for 15 s, four were observed to flush together.',
  source: SOURCES.podReplacement,
  check({ workload }) {
    const { name, podReplacementPolicy } = workload;
    if (!flushesInRollingUpdate(workload) || podReplacementPolicy === 'TerminationComplete') return [];
    return [
      {
        evidence: [
          seen(workload, 'spec.podReplacementPolicy', podReplacementPolicy),
          seen(workload, GRACE, workload.podSpec.terminationGracePeriodSeconds),
        ],
        consequence: 'More pods than maxUnavailable flush at the same time: the store may be overloaded.',
        fix: `Roll out with kubectl zone rollout deploy/${name} --max-leaving 1, or set podReplacementPolicy to TerminationComplete if the server supports it.`,
      },
    ];
  },
};

export const minReadyMissing: Rule = {
  id: 'min-ready-seconds-missing',
  severity: 'warning',
  title: 'The next pod is removed as soon as a new one is Ready',
  why: 'A member that has just joined is Ready before all others know it. minReadySeconds makes a rollout wait until it has served for some time, and stop if it crashes early.',
  source: SOURCES.minReady,
  check({ workload }) {
    if (!flushes(workload) || workload.minReadySeconds > 0 || workload.replicas < 2) return [];
    return [
      {
        evidence: [
          seen(workload, 'spec.minReadySeconds', workload.minReadySeconds),
          seen(workload, GRACE, workload.podSpec.terminationGracePeriodSeconds),
        ],
        consequence:
          'The next member leaves while others still send writes to the previous one: they fail, or reach too few replicas.',
        fix: `Set minReadySeconds to ${SETTLED_SECONDS}, or to the time that the ring needs.`,
        patches: [workloadPatch(workload, { minReadySeconds: SETTLED_SECONDS })],
      },
    ];
  },
};

function flushesInRollingUpdate(workload: CheckedWorkload): boolean {
  const { kind, replicas, strategy } = workload;
  return kind === 'Deployment' && strategy.type === 'RollingUpdate' && replicas > 1 && flushes(workload);
}

/** Whether the grace period after the preStop hook is so long that pods probably flush data. */
function flushes({ podSpec }: CheckedWorkload): boolean {
  const hook = longestHook(podSpec);
  const sleepSeconds = hook.kind === 'sleep' ? hook.seconds : 0;
  return podSpec.terminationGracePeriodSeconds - sleepSeconds >= FLUSH_SECONDS;
}
