import { type HolderSight, shownForMs } from '../../kube/lease-holder.ts';
import type { Lease, Node, Pod } from '../../kube/objects.ts';
import type { ZoneSource } from '../../kube/zones.ts';
import { buildSnapshot } from '../decide/build-snapshot.ts';
import { emptyMemory, remember } from '../decide/memory.ts';
import { decodeMemory } from '../decide/memory-text.ts';
import { parseRolloutOptions } from '../decide/options.ts';
import type { RolloutSnapshot, RolloutStatus } from '../decide/snapshot.ts';
import type { RolloutOptions } from '../decide/types.ts';
import { type Workload, withFirstZones } from '../decide/workload.ts';
import type { WorkloadId } from '../decide/workload-id.ts';
import { ANNOTATION } from './annotations.ts';
import type { RolloutOutcome } from './events.ts';
import { type HolderFlags, readHolderFlags } from './holder-flags.ts';
import { partOf } from './member-locks.ts';
import { readSteering } from './orders.ts';
import type { ObservedRollout } from './progress.ts';
import { LEASE_DURATION_MS } from './rollout-lease.ts';
import { MOST_REASON_CHARACTERS } from './rollout-lock.ts';

const OUTCOMES: readonly RolloutOutcome[] = ['done', 'stopped', 'interrupted', 'failed'];

/** The state of a rollout, as it can be read from the workload, its pods and its Lease. */
export interface RolloutState {
  id: WorkloadId;
  /** `idle`: pods are on old revisions, and no process is replacing them. */
  state: 'running' | 'held' | 'idle' | 'done';
  /** Why it is waiting, or how the last rollout ended; empty while it runs and if there is nothing to report. */
  reason: string;
  /** The workload's own controller replaces its pods, without regard to zones. */
  runsByItself: boolean;
  /** How the last rollout ended, as its process wrote it; undefined while one is running, or if none said. */
  ended: RolloutOutcome | undefined;
  /** Empty if no process is rolling it out. */
  holder: string;
  /** The group that the holder rolls out, as on the command line; undefined if it is not part of one. */
  partOf: string | undefined;
  /** Time until the holder is considered dead without another renewal; undefined without a holder. */
  holderForMs: number | undefined;
  moment: ObservedRollout;
  snapshot: RolloutSnapshot;
}

export interface Seen {
  workload: Workload;
  pods: readonly Pod[];
  nodes: ReadonlyMap<string, Node> | undefined;
  zones: ZoneSource | undefined;
  lease: Lease | undefined;
  holder: HolderSight | undefined;
  monotonicMs: number;
  startedAtMs: number;
  serverNowMs: number;
  nowMs: number;
}

/** Derives the state from what is observed. Decides nothing: only the rollout's own process knows the next step. */
export function readRolloutState(seen: Seen): RolloutState {
  const { workload, pods, nodes, zones, lease, monotonicMs, serverNowMs, nowMs } = seen;
  const annotations = lease?.metadata.annotations ?? {};
  const orders = readSteering(annotations);
  const flags = readHolderFlags(annotations);
  const { maxUnavailable = flags.maxUnavailable } = orders;
  const options = withFirstZones(optionsOf(workload, { ...flags, maxUnavailable }), workload);
  const left = decodeMemory(annotations[ANNOTATION.memory] ?? '');
  const before = left ?? emptyMemory(workload.updateRevision);
  const { minReadyMs } = options;
  const observation = workload.observe(
    { pods, nodes, zones },
    { memory: before, minReadyMs, nowMs: serverNowMs },
  );
  const memory = remember(before, observation, options, { nowMs: serverNowMs, monotonicMs });

  const forMs = seen.holder
    ? shownForMs(seen.holder, LEASE_DURATION_MS, { nowMs: monotonicMs, serverNowMs })
    : 0;
  const holder = forMs > 0 ? (seen.holder?.lease.spec.holderIdentity ?? '') : '';
  const outstanding =
    !observation.revisionObserved ||
    observation.missing.length > 0 ||
    observation.pods.some((pod) => !pod.surplus && (pod.stale || pod.readySinceMs === undefined));
  const said = (annotations[ANNOTATION.reason] ?? '').slice(0, MOST_REASON_CHARACTERS);
  const state = stateOf(outstanding, holder, annotations[ANNOTATION.state]);
  const wave = { number: memory.waves, zone: memory.zone ?? '' };
  const moment: ObservedRollout = { observation, memory, options, serverNowMs, monotonicMs, nowMs };
  const snapshot = buildSnapshot({
    ...moment,
    workload,
    pods,
    orders,
    wave: memory.waves > 0 ? { ...wave, pods: memory.inFlight.map(({ name }) => name) } : undefined,
    status: statusOf(state, said, wave),
    startedAtMs: seen.startedAtMs,
    remainingMs: undefined,
  });
  const holderForMs = holder === '' ? undefined : forMs;
  const ended = holder === '' ? outcomeIn(annotations[ANNOTATION.state]) : undefined;
  return {
    id: workload.id,
    state,
    reason: state === 'done' ? '' : said,
    runsByItself: workload.members.some(({ isHeld, partition }) => !isHeld && partition === 0),
    ended,
    holder,
    partOf: holder === '' || !lease ? undefined : partOf(lease),
    holderForMs,
    moment,
    snapshot,
  };
}

/** The holder's other flags are unknown here; they affect how it continues, but little of what is displayed. */
function optionsOf(
  { minReadySeconds }: Workload,
  { maxUnavailable, singleZone }: HolderFlags,
): RolloutOptions {
  const options = parseRolloutOptions({ minReadyMs: minReadySeconds * 1000, singleZone });
  if ('problems' in options) throw new Error(options.problems.join('\n'));
  return maxUnavailable ? { ...options, maxUnavailable } : options;
}

function stateOf(outstanding: boolean, holder: string, state: string | undefined): RolloutState['state'] {
  if (holder !== '') return state === 'held' ? 'held' : 'running';
  return outstanding ? 'idle' : 'done';
}

function outcomeIn(text: string | undefined): RolloutOutcome | undefined {
  return OUTCOMES.find((outcome) => outcome === text);
}

function statusOf(
  state: RolloutState['state'],
  said: string,
  wave: { number: number; zone: string },
): RolloutStatus {
  switch (state) {
    case 'running':
      return {
        kind: 'disrupting',
        reason: wave.number > 0 ? `wave ${wave.number} in ${wave.zone}` : 'about to begin',
        fix: undefined,
      };
    case 'held':
      return { kind: 'waiting', reason: said, fix: undefined };
    case 'idle':
      return {
        kind: 'waiting',
        reason: `no rollout is running${said === '' ? '' : `; the last rollout ended: ${said}`}`,
        fix: undefined,
      };
    case 'done':
      return { kind: 'done', reason: 'all pods are on the update revision and available', fix: undefined };
  }
}
