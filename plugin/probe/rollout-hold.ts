import { describeHold, followHold, NOTHING_HELD, type ProbeHold } from '../../shared/probe/hold.ts';
import type { GateState } from '../../shared/rollout/types.ts';
import type { Probe } from './probe.ts';

export interface HoldOptions {
  probe: Pick<Probe, 'failed' | 'requests' | 'lastFailure'>;
  maxFailures: number | undefined;
  /** Whether the rollout's Lease says that it is paused. */
  paused(): boolean;
  /** Writes a pause into the Lease. */
  pause(reason: string): Promise<unknown>;
  /** Takes it out again. */
  unpause(): Promise<unknown>;
  resumeCommand: string;
}

/** Too many failed requests as a gate of a rollout. */
export interface RolloutHold {
  /** Takes in what has changed; asked at each failure, and whenever the Lease may have changed. */
  look(): void;
  gate(): GateState;
  /** Writes nothing more. A pause in a Lease outlives its rollout: once that is done, ours would hold the next one. */
  end(done: boolean): Promise<void>;
}

/**
 * Holds a rollout with a pause in its Lease: `resume` and the keys lift it from any terminal, `status` shows it, and it
 * outlives this process. Until the Lease shows the pause, the gate holds by itself.
 */
export function holdRollout(options: HoldOptions): RolloutHold {
  const { probe, maxFailures, paused, pause, unpause, resumeCommand } = options;
  let hold: ProbeHold = NOTHING_HELD;
  let reason = '';
  /** A pause that was there before says nothing of the probes, so ours is written over it. */
  let written = false;
  let writing: Promise<void> | undefined;
  let ended = false;

  async function write(): Promise<void> {
    try {
      await pause(reason);
      written = true;
    } catch {
      // The gate holds all the same, and the next look tries again.
    } finally {
      writing = undefined;
    }
  }

  return {
    look() {
      if (ended) return;
      const { failed, requests, lastFailure: last } = probe;
      const before = hold.state;
      const seen = paused() && (before !== 'due' || written);
      hold = followHold(hold, { failed, most: maxFailures, paused: seen });
      if (hold.state === 'open') written = false;
      if (hold.state !== 'due') return;
      if (before === 'open') reason = describeHold(hold, { failed, requests, most: maxFailures ?? 0, last });
      if (!written) writing ??= write();
    },
    gate: () => ({
      name: 'the probes',
      state: hold.state === 'open' ? 'open' : 'closed',
      reason: hold.state === 'open' ? '' : `${reason}; go on with: ${resumeCommand}`,
    }),
    async end(done) {
      ended = true;
      await writing;
      if (done && written) await unpause().catch(() => {});
    },
  };
}
