import type { Kube } from '../../kube/kube.ts';
import type { Pod } from '../../kube/objects.ts';
import { gracefulTermination, howKilled, howLost } from '../decide/killed.ts';
import { rememberKilled } from '../decide/killed-pods.ts';
import { zoneOf } from '../decide/pods.ts';
import type { RolloutMemory, Termination } from '../decide/types.ts';
import type { DriverView } from './announcer.ts';
import type { Reporter } from './events.ts';
import type { WorkloadWatches } from './watches.ts';

/** Detects pods that are killed while terminating. */
export interface KillWatch {
  /**
   * Processes an observation; must be called for each one. Reports each killed pod once.
   *
   * @returns the memory, including killed pods if they block the rollout
   */
  look(
    memory: RolloutMemory,
    view: Pick<DriverView, 'pods' | 'observation' | 'options' | 'nowMs'>,
  ): RolloutMemory;
  /** The command to use after the rollout has stopped because of killed pods. */
  goOn: string;
}

export interface KillWatchOptions {
  kube: Pick<Kube, 'serverNowMs'>;
  watches: Pick<WorkloadWatches, 'onPodGone'>;
  reporter: Reporter;
  /** The Lease's memory: pods that were already reported. */
  memory: RolloutMemory;
  /** The command that resumes the rollout. */
  commandLine: string;
}

/** A pod whose object is gone. */
interface Gone {
  name: string;
  uid: string;
  how: string;
}

/**
 * Only pods that were seen to belong to the workload count. It is unknown how a pod ended while the watch was
 * broken, or before this process started: the next list only shows that the pod is gone.
 */
export function watchKills(options: KillWatchOptions): KillWatch {
  const { watches, reporter, memory: left, commandLine, kube } = options;
  const told = new Set(left.killed.map(({ uid }) => uid));
  /** Zones of the workload's pods by uid. Not by name: a Deployment's pod may be replaced by one in another zone. */
  let ours = new Map<string, string | undefined>();
  let gone: Gone[] = [];
  /** Of terminating pods, by uid. */
  let graceful = new Map<string, Termination>();
  watches.onPodGone((last, before) => {
    const earlier = graceful.get(before.metadata.uid);
    const how = howLost(last, before, kube.serverNowMs(), earlier);
    if (how !== undefined) gone.push({ ...identityOf(before), how });
  });

  return {
    goOn: commandLine.includes(ACCEPT) ? commandLine : `${commandLine} ${ACCEPT}`,
    look(memory, { observation, pods, options: { flush }, nowMs }) {
      const owned = new Map(
        observation.pods.map((pod) => [pod.uid, pod.zone ?? ours.get(pod.uid) ?? zoneOf(pod, memory)]),
      );
      const killed = gone.filter(({ uid }) => ours.has(uid));
      const terminating = new Map<string, Termination>();
      for (const pod of pods) {
        const { uid, deletionTimestampMs } = pod.metadata;
        if (deletionTimestampMs === undefined || !owned.has(uid)) continue;
        const earlier = graceful.get(uid);
        const how = howKilled(pod, earlier);
        if (how !== undefined) killed.push({ ...identityOf(pod), how });
        const shown = gracefulTermination(pod) ?? earlier;
        if (shown) terminating.set(uid, shown);
      }
      graceful = terminating;
      const zones = new Map([...ours, ...owned]);
      gone = [];
      ours = owned;
      const fresh = killed.filter(({ uid }) => !told.has(uid));
      for (const { name, uid, how } of fresh) {
        told.add(uid);
        reporter.report({
          atMs: nowMs,
          type: 'pod-killed',
          pod: name,
          zone: zones.get(uid),
          how,
          holds: flush,
        });
      }
      return flush ? rememberKilled(memory, fresh, observation) : memory;
    },
  };
}

/** The flag that lets a rollout continue after pods were killed. */
const ACCEPT = '--accept-killed';

function identityOf({ metadata: { name, uid } }: Pod) {
  return { name, uid };
}
