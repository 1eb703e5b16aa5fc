import { UserError } from '../../shared/errors.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import type {
  Reporter,
  RolloutEvent,
  RolloutOutcome,
  UntimedEvent,
} from '../../shared/rollout/drive/events.ts';
import { Progress } from '../../shared/rollout/drive/progress.ts';
import { type RolloutState, readRolloutState } from '../../shared/rollout/drive/rollout-state.ts';
import type { WorkloadWatches } from '../../shared/rollout/drive/watches.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import type { EventOutput } from '../cli/print-data.ts';
import { rolloutControls } from './controls.ts';
import type { OpenRolloutReporter, RolloutControls } from './reporter.ts';

/** What is known of a rollout besides its state now. */
interface Following {
  /** Whether a process was seen rolling it out. */
  seen: boolean;
  /** Whether to wait for one. */
  waitsForStart: boolean;
}

/**
 * How a rollout has ended; undefined while there is something to wait for: a process that rolls it out, or a controller
 * that replaces the pods itself.
 */
export function endOf(
  { state, ended, runsByItself }: RolloutState,
  { seen, waitsForStart }: Following,
): RolloutOutcome | undefined {
  if (state === 'done') return 'done';
  if (state !== 'idle' || (waitsForStart && !seen)) return undefined;
  if (runsByItself) return undefined;
  return ended === undefined || ended === 'done' ? 'stopped' : ended;
}

/** Reports a rollout of another process as that process would, as far as it can be observed from outside. */
export class Follower {
  private readonly context: Context;
  private readonly kube: Kube;
  private readonly openReporter: OpenRolloutReporter;
  private readonly progress: Progress;
  private reporter: Reporter | undefined;
  private wave = 0;
  private seen = false;
  private reason = '';

  constructor(context: Context, kube: Kube, openReporter: OpenRolloutReporter) {
    this.context = context;
    this.openReporter = openReporter;
    this.kube = kube;
    this.progress = new Progress(context.clock.monotonicMs());
  }

  /** @throws UserError if the workload was deleted */
  look(watches: WorkloadWatches): RolloutState {
    const { workload, pods, nodes, cluster, lease, holder } = watches;
    if (!workload) throw new UserError('the workload was deleted');
    const nowMs = this.context.clock.nowMs();
    const monotonicMs = this.context.clock.monotonicMs();
    return readRolloutState({
      workload,
      pods: [...pods.values()],
      nodes,
      zones: cluster.zones,
      lease,
      holder,
      monotonicMs,
      startedAtMs: nowMs - this.progress.elapsedMs(monotonicMs),
      serverNowMs: this.kube.serverNowMs(),
      nowMs,
    });
  }

  /** Does nothing before `follow`. */
  report(event: UntimedEvent): void {
    this.reporter?.report({ atMs: this.context.clock.nowMs(), ...event } as RolloutEvent);
  }

  /**
   * Reports until the rollout has ended.
   *
   * @returns how it ended; 3 if it had not ended within `timeoutMs`, 130 after Ctrl-C, 0 after q in the live view
   */
  async follow(
    watches: WorkloadWatches,
    { output, timeoutMs }: { output: EventOutput | undefined; timeoutMs: number | undefined },
  ): Promise<ExitCode> {
    const ended = Promise.withResolvers<ExitCode>();
    const { clock } = this.context;
    this.reporter = await this.openReporter(this.context, {
      output,
      onQuit: (outcome) => ended.resolve(outcome === 'stopped' ? EXIT.done : EXIT.interrupted),
      controls: this.controls(watches),
      looksOn: true,
    });
    const ignoreInterrupts = this.context.onInterrupt(() => ended.resolve(EXIT.interrupted));
    const giveUp = (afterMs: number) => {
      const reason = `not done within --timeout ${afterMs / 1000}s; the rollout itself was not stopped`;
      const summary = this.progress.summary(clock.monotonicMs());
      this.report({ type: 'finished', outcome: 'stopped', reason, summary });
      ended.resolve(EXIT.stopped);
    };
    const cancelTimeout =
      timeoutMs === undefined ? () => {} : clock.schedule(timeoutMs, () => giveUp(timeoutMs));
    // A holder that was killed causes no more changes: only its expiry shows it.
    let cancelLook = () => {};
    const lookAgain = ({ holderForMs }: RolloutState, turn: () => void) => {
      cancelLook();
      cancelLook = () => {};
      if (holderForMs === undefined) return;
      cancelLook = clock.schedule(holderForMs + 1, turn);
    };
    try {
      const first = this.look(watches);
      this.begin(first);
      const turn = () => {
        try {
          const standing = this.look(watches);
          const end = this.tell(standing, timeoutMs !== undefined);
          if (end) ended.resolve(EXIT[end]);
          lookAgain(standing, turn);
        } catch (error) {
          ended.reject(error);
        }
      };
      watches.onChange(turn);
      turn();
      return await ended.promise;
    } finally {
      cancelLook();
      cancelTimeout();
      ignoreInterrupts();
      await this.reporter.close();
    }
  }

  private controls(watches: WorkloadWatches): RolloutControls | undefined {
    const { workload } = watches;
    return workload && rolloutControls({ ...this.context, kube: this.kube, watches, workload });
  }

  private begin({ snapshot, holder, moment }: RolloutState): void {
    const { workload, updateRevision, total } = snapshot;
    const stale = moment.observation.pods.filter((pod) => pod.stale && !pod.surplus).length;
    this.wave = moment.memory.waves;
    this.report({ type: 'started', workload, updateRevision, stale, total, resumed: this.wave > 0 });
    if (holder !== '')
      this.report({ type: 'notice', message: `run by ${holder}; quitting does not stop the rollout` });
  }

  /** @returns how the rollout has ended, if it has */
  private tell(rollout: RolloutState, waitsForStart: boolean): RolloutOutcome | undefined {
    const { state, snapshot, moment, holder } = rollout;
    const { observation, memory, monotonicMs } = moment;
    for (const pod of observation.pods) {
      const taken = pod.terminating && memory.inFlight.some(({ uid }) => uid === pod.uid);
      if (taken && pod.zone !== undefined) this.progress.podRemoved({ ...pod, zone: pod.zone }, monotonicMs);
    }
    for (const { atMs: _, ...event } of this.progress.look(moment)) this.report(event as UntimedEvent);
    if (memory.waves > this.wave && memory.zone !== undefined) {
      this.progress.waveBegan();
      const pods = memory.inFlight.map(({ name }) => name);
      this.report({ type: 'wave-begun', wave: memory.waves, zone: memory.zone, pods, reason: '' });
    }
    this.wave = memory.waves;
    const { reason } = snapshot.status;
    if (state !== 'running' && state !== 'done' && reason !== this.reason) {
      this.report({ type: 'waiting', for: state === 'held' ? 'gate' : 'rollout', reason, pods: [] });
    }
    this.reason = reason;
    this.report({ type: 'snapshot', snapshot });
    this.seen ||= holder !== '';
    const outcome = endOf(rollout, { seen: this.seen, waitsForStart });
    if (outcome)
      this.report({ type: 'finished', outcome, reason, summary: this.progress.summary(monotonicMs) });
    return outcome;
  }
}
