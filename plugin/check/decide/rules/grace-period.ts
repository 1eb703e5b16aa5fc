import { seen } from '../finding.ts';
import type { CheckInput } from '../input.ts';
import { templatePatch } from '../patches.ts';
import { longestHook } from '../pre-stop.ts';
import type { Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

const FIELD = 'spec.template.spec.terminationGracePeriodSeconds';

/** The minimum time for an application to finish its requests and close its files. */
const SCARCE_SECONDS = 10;
/** The recommended time: Kubernetes' default grace period without a hook. */
const ADVISED_SECONDS = 30;
/** Beyond this fraction a flush will probably not finish in time. */
const NEAR_END = 0.8;

export const gracePeriodTooShort: Rule = {
  id: 'grace-period-too-short',
  severity: 'error',
  title: 'The grace period ends before the preStop hook',
  why: 'terminationGracePeriodSeconds starts at the deletion and includes the preStop hook. At its end the kubelet kills the process (SIGKILL), which has never received SIGTERM: no request is finished, nothing is flushed.',
  source: SOURCES.termination,
  check: (input) =>
    checkHook(input, (left) => left <= 0).map((complaint) => ({
      ...complaint,
      consequence:
        'The kubelet kills the process while the hook is still running: its requests are cut off, and its data in memory is lost.',
    })),
};

export const gracePeriodTight: Rule = {
  id: 'grace-period-tight',
  severity: 'warning',
  title: 'The grace period leaves the application too little time after the preStop hook',
  why: 'The rest of terminationGracePeriodSeconds after the preStop hook is all the time that the application has to finish its requests and to write its data.',
  source: SOURCES.termination,
  check: (input) =>
    checkHook(input, (left) => left > 0 && left < SCARCE_SECONDS).map((complaint) => ({
      ...complaint,
      consequence: 'Requests that take longer are cut off when the kubelet kills the process.',
    })),
};

export const gracePeriodNearFlush: Rule = {
  id: 'grace-period-near-flush',
  severity: 'error',
  title: 'Pods flush for nearly their full grace period',
  why: 'An application that writes its memory to a store when it exits needs more time with more data. A pod that is still flushing when its grace period ends is killed, and unwritten data is lost.',
  source: SOURCES.termination,
  needs: ['pods'],
  check({ workload, pods, nowMs }) {
    const grace = workload.podSpec.terminationGracePeriodSeconds;
    const longest = pods
      .map(({ pod }) => ({ name: pod.metadata.name, seconds: flushingSeconds(pod.metadata, nowMs) }))
      .reduce((most, each) => (each.seconds > most.seconds ? each : most), { name: '', seconds: 0 });
    if (longest.seconds === 0 || longest.seconds < grace * NEAR_END) return [];
    return [
      {
        evidence: [
          seen({ kind: 'Pod', name: longest.name }, 'metadata.deletionTimestamp', `${longest.seconds} s ago`),
          seen(workload, FIELD, grace),
        ],
        consequence: `${longest.name} has flushed for ${longest.seconds} s and is not done; after ${grace} s it is killed, and unwritten data is lost.`,
        fix: 'Set the grace period to at least twice the longest flush. Running pods keep their current grace period.',
        patches: [templatePatch(workload, { terminationGracePeriodSeconds: longest.seconds * 2 })],
      },
    ];
  },
};

/** @param isWrong given the seconds left after the hook */
function checkHook({ workload }: CheckInput, isWrong: (leftSeconds: number) => boolean) {
  const { podSpec } = workload;
  const hook = longestHook(podSpec);
  if (hook.kind !== 'sleep' || hook.seconds === 0) return [];
  const grace = podSpec.terminationGracePeriodSeconds;
  if (!isWrong(grace - hook.seconds)) return [];
  const advised = Math.ceil(hook.seconds) + ADVISED_SECONDS;
  return [
    {
      evidence: [
        seen(workload, FIELD, grace),
        seen(workload, 'spec.template.spec.containers[].lifecycle.preStop', `${hook.seconds} s`),
      ],
      fix: `Set terminationGracePeriodSeconds to ${advised}: the preStop hook and ${ADVISED_SECONDS} s for the application, or more if it flushes.`,
      patches: [templatePatch(workload, { terminationGracePeriodSeconds: advised })],
    },
  ];
}

/** Whole seconds since a pod was deleted; 0 for one that was not. */
function flushingSeconds(
  metadata: { deletionTimestampMs: number | undefined; deletionGracePeriodSeconds: number | undefined },
  nowMs: number,
): number {
  const { deletionTimestampMs, deletionGracePeriodSeconds = 0 } = metadata;
  if (deletionTimestampMs === undefined) return 0;
  // deletionTimestamp is the latest time at which the pod will be gone.
  return Math.max(0, Math.floor((nowMs - deletionTimestampMs) / 1000) + deletionGracePeriodSeconds);
}
