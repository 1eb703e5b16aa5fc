import { countPods } from '../../../../shared/sentences.ts';
import { seen } from '../finding.ts';
import type { CheckInput } from '../input.ts';
import { deploymentLimits, podsOf } from '../limits.ts';
import { workloadPatch } from '../patches.ts';
import type { Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

export const recreateStrategy: Rule = {
  id: 'recreate-strategy',
  severity: 'error',
  title: 'All pods are stopped before the first new one starts',
  why: 'The strategy Recreate deletes all old pods at once. It is for applications whose versions must not run together.',
  source: SOURCES.deployment,
  needs: ['services'],
  concerns: ({ workload }) => workload.strategy.type === 'Recreate',
  check({ workload, services }) {
    const { replicas, podSpec } = workload;
    if (replicas === 0 || services.length === 0) return [];
    const mounts = (podSpec.volumes ?? []).some(({ persistentVolumeClaim: claim }) => Boolean(claim));
    return [
      {
        evidence: [seen(workload, 'spec.strategy.type', 'Recreate')],
        consequence: 'At every change of the template the service is unavailable until new pods are Ready.',
        fix: mounts
          ? 'Use RollingUpdate, if old and new pods can mount the volume at the same time.'
          : 'Use RollingUpdate.',
        // Only the operator knows whether two pods can share the volume.
        patches: mounts
          ? []
          : [
              workloadPatch(workload, {
                strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
              }),
            ],
      },
    ];
  },
};

export const maxUnavailableAll: Rule = {
  id: 'max-unavailable-all',
  severity: 'error',
  title: 'A rolling update may replace all pods at once',
  why: 'maxUnavailable limits how many replicas may be unavailable during an update. If it is all of them, the update is not a rolling one.',
  source: SOURCES.deployment,
  check({ workload }) {
    const { kind, replicas, strategy } = workload;
    if (kind !== 'Deployment' || strategy.type !== 'RollingUpdate' || replicas < 2) return [];
    if (deploymentLimits(workload).missing < replicas) return [];
    return [
      {
        evidence: [
          seen(workload, 'spec.strategy.rollingUpdate.maxUnavailable', strategy.maxUnavailable),
          seen(workload, 'spec.replicas', replicas),
        ],
        consequence: 'At every change of the template all pods may be unavailable together.',
        fix: 'Set maxUnavailable to 25% or less.',
        patches: [workloadPatch(workload, { strategy: { rollingUpdate: { maxUnavailable: 1 } } })],
      },
    ];
  },
};

export const maxUnavailableAcrossZones: Rule = {
  id: 'max-unavailable-across-zones',
  severity: 'warning',
  title: 'A rolling update replaces pods of several zones together',
  why: 'A StatefulSet is updated from the highest ordinal down, and ordinals alternate between zones. With maxUnavailable above 1 (alpha in Kubernetes 1.24, beta in 1.35) pods of different zones are unavailable at the same time, which the zone budget does not allow for evictions.',
  source: SOURCES.maxUnavailable,
  needs: ['zonedisruptionbudgets'],
  concerns: isStatefulSet,
  check({ workload, zoneBudgets }) {
    const { replicas, strategy } = workload;
    const [budget] = zoneBudgets;
    if (strategy.type !== 'RollingUpdate' || !budget) return [];
    const pods = podsOf(strategy.maxUnavailable ?? 1, replicas) ?? 1;
    if (pods < 2) return [];
    return [
      {
        evidence: [
          seen(workload, 'spec.updateStrategy.rollingUpdate.maxUnavailable', strategy.maxUnavailable),
          seen(
            { kind: 'ZoneDisruptionBudget', name: budget.metadata.name },
            'spec.selector',
            'covers the pods',
          ),
        ],
        consequence: `${countPods(pods)} of different zones are replaced together: services that need two of three zones lose quorum.`,
        fix: 'Use OnDelete and roll out with kubectl zone rollout, zone by zone.',
        patches: [workloadPatch(workload, { updateStrategy: { type: 'OnDelete', rollingUpdate: null } })],
      },
    ];
  },
};

export const rollingUpdateIgnoresZones: Rule = {
  id: 'rolling-update-ignores-zones',
  severity: 'info',
  title: 'Kubernetes updates the StatefulSet immediately, one pod at a time',
  why: 'With RollingUpdate the controller starts when the template changes and replaces one pod after the other: 100 pods of 2.5 minutes take over four hours. With OnDelete nothing happens until kubectl zone rollout replaces them zone by zone.',
  source: SOURCES.statefulSet,
  needs: ['zonedisruptionbudgets'],
  concerns: isStatefulSet,
  check({ workload, zoneBudgets }) {
    const { replicas, strategy } = workload;
    if (strategy.type !== 'RollingUpdate' || zoneBudgets.length === 0) return [];
    if ((podsOf(strategy.maxUnavailable ?? 1, replicas) ?? 1) > 1) return [];
    return [
      {
        evidence: [seen(workload, 'spec.updateStrategy.type', 'RollingUpdate')],
        consequence: `A change of the template starts ${countPods(replicas)} one by one, before zones can be chosen.`,
        // Not patched: users who rely on automatic updates would wait in vain.
        fix: 'Use OnDelete if every update is a kubectl zone rollout, which otherwise offers to switch.',
      },
    ];
  },
};

const REVISION_LABEL = 'controller-revision-hash';

export const onDeleteStale: Rule = {
  id: 'on-delete-stale',
  severity: 'info',
  title: 'Pods still run an older template',
  why: 'With OnDelete a StatefulSet’s pods get a new template only when they are deleted. A pod that is recreated for another reason, such as a node failure, starts with the new one.',
  source: SOURCES.statefulSet,
  needs: ['pods'],
  concerns: isStatefulSet,
  check({ workload, pods }) {
    const { name, strategy, updateRevision } = workload;
    if (strategy.type !== 'OnDelete' || updateRevision === '') return [];
    const stale = pods.filter(({ pod }) => pod.metadata.labels[REVISION_LABEL] !== updateRevision);
    const [first] = stale;
    if (!first) return [];
    return [
      {
        evidence: [
          seen(workload, 'spec.updateStrategy.type', 'OnDelete'),
          seen(workload, 'status.updateRevision', updateRevision),
          seen(
            { kind: 'Pod', name: first.pod.metadata.name },
            `metadata.labels["${REVISION_LABEL}"]`,
            first.pod.metadata.labels[REVISION_LABEL],
          ),
        ],
        consequence: `${countPods(stale.length)} run the old version; if one is recreated it starts with the new one, unattended.`,
        fix: `Roll it out: kubectl zone rollout sts/${name}.`,
      },
    ];
  },
};

/** Up to this number no zone of three has a second pod, so no wave can be larger than one. */
const PODS_WITHOUT_WAVES = 3;

export const podManagementOrdered: Rule = {
  id: 'pod-management-ordered',
  severity: 'info',
  title: 'Pods are started one by one',
  why: 'With OrderedReady the controller creates a pod only when the previous one is Ready. Pods of a zone that are removed together recover one after the other, so waves save no time.',
  source: SOURCES.podManagement,
  needs: ['zonedisruptionbudgets'],
  concerns: isStatefulSet,
  check({ workload, zoneBudgets }) {
    const { podManagementPolicy, replicas } = workload;
    if (podManagementPolicy !== 'OrderedReady' || replicas <= PODS_WITHOUT_WAVES) return [];
    if (!zoneBudgets.some(({ spec }) => (podsOf(spec.maxUnavailable ?? 0, replicas) ?? 0) > 1)) return [];
    return [
      {
        evidence: [
          seen(workload, 'spec.podManagementPolicy', 'OrderedReady'),
          seen(workload, 'spec.replicas', replicas),
        ],
        consequence: 'A rollout or a recovery takes as long as one pod at a time.',
        fix: 'Recreate the StatefulSet with Parallel, and keep its pods: kubectl delete sts --cascade=orphan, then apply. The field cannot be changed.',
      },
    ];
  },
};

function isStatefulSet({ workload }: CheckInput): boolean {
  return workload.kind === 'StatefulSet';
}
