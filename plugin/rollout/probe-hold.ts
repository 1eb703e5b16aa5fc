import { compareResourceVersions } from '../../shared/kube/resource-version.ts';
import type { GateState } from '../../shared/rollout/decide/types.ts';
import type { ProbePause } from '../../shared/rollout/drive/probe.ts';
import {
  describeHold,
  followHold,
  NOTHING_HELD,
  type PauseSeen,
  type ProbeHold,
} from '../probe/decide/hold.ts';
import type { Probe } from '../probe/probe.ts';

export interface HoldOptions extends Omit<ProbePause, 'wake'> {
  probe: Pick<Probe, 'failed' | 'requests' | 'lastFailure'>;
  maxFailures: number | undefined;
}

/** A gate that closes after too many failed requests. */
export interface RolloutHold {
  /** Updates the state; call at each failure, and whenever the Lease may have changed. */
  look(): void;
  gate(): GateState;
  /** Stops writing. A pause in a Lease outlives its rollout: once that is done, our pause would stop the next one. */
  end(done: boolean): Promise<void>;
}

/**
 * Pauses a rollout through its Lease: `resume` and the keys lift the pause from any terminal, `status` shows it, and it
 * outlives this process. Until the Lease shows the pause, the gate alone stops the rollout.
 */
export function holdRollout(options: HoldOptions): RolloutHold {
  const { probe, maxFailures, paused, seenVersion, pause, unpause, resumeCommand } = options;
  let hold: ProbeHold = NOTHING_HELD;
  let reason = '';
  /**
   * The Lease's resourceVersion with our pause. An earlier pause has nothing to do with the probes: ours overwrites it.
   */
  let written: string | undefined;
  let writing: Promise<void> | undefined;
  let ended = false;

  async function write(): Promise<void> {
    try {
      written = await pause(reason);
    } catch {
      // The gate stays closed, and the next update retries.
    } finally {
      writing = undefined;
    }
  }

  function ourPause(): PauseSeen {
    if (hold.state === 'paused') return paused() ? 'in force' : 'lifted';
    if (written === undefined) return 'unseen';
    const version = seenVersion();
    // If the Lease cannot be watched, its state has no resourceVersion.
    if (version === '') return paused() ? 'in force' : 'unseen';
    if (compareResourceVersions(version, written) < 0) return 'unseen';
    // A watch need not show every version: a pause may be lifted before it was ever seen.
    return paused() ? 'in force' : 'lifted';
  }

  return {
    look() {
      if (ended) return;
      const { failed, requests, lastFailure: last } = probe;
      const before = hold.state;
      hold = followHold(hold, { failed, most: maxFailures, pause: ourPause() });
      if (hold.state === 'open') written = undefined;
      if (hold.state !== 'due') return;
      if (before === 'open') reason = describeHold(hold, { failed, requests, most: maxFailures ?? 0, last });
      if (written === undefined) writing ??= write();
    },
    gate: () => ({
      name: 'the probes',
      state: hold.state === 'open' ? 'open' : 'closed',
      reason: hold.state === 'open' ? '' : `paused: ${reason}; resume with: ${resumeCommand}`,
      pause: true,
    }),
    async end(done) {
      ended = true;
      // A pause being written counts as written; an unreachable API server must not delay the end.
      if (!done) return;
      await writing;
      if (written !== undefined) await unpause().catch(() => {});
    },
  };
}
