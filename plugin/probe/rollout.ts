import type { ProbeSummary } from '../../shared/probe/types.ts';
import type { GateState } from '../../shared/rollout/types.ts';
import type { Context } from '../context.ts';
import type { Reporter, RolloutOutcome } from '../rollout/events.ts';
import type { ProbeRequest } from './options.ts';
import { followedBy, podsOfRollout } from './replaced-pods.ts';
import { type HoldOptions, holdRollout, type RolloutHold } from './rollout-hold.ts';
import { startProbe } from './start.ts';

/** The probes of a rollout; where none were asked for, everything here does nothing. */
export interface RolloutProbe {
  /** A reporter by which the probes know which pods are out. */
  follow(reporter: Reporter): Reporter;
  /** Reports what the probes find, and lets failures hold. `wake` is called after each of them. */
  begin(reporter: Reporter, hold: Omit<HoldOptions, 'probe' | 'maxFailures'> & { wake(): void }): void;
  /** To be called whenever the Lease may have changed. */
  look(): void;
  gates(): readonly GateState[];
  /** Sends nothing more and says what there was. A pause that came of failures does not outlive a rollout that is done. */
  end(outcome: RolloutOutcome): Promise<{ probe?: ProbeSummary }>;
}

const NO_PROBE: RolloutProbe = {
  follow: (reporter) => reporter,
  begin() {},
  look() {},
  gates: () => [],
  end: async () => ({}),
};

/**
 * Begins to probe before anything is touched.
 *
 * @param signal ends the probes, however the rollout ends
 * @throws UserError for an address that does not answer as it should
 */
export async function probeRollout(
  request: ProbeRequest | undefined,
  { clock }: Pick<Context, 'clock'>,
  signal: AbortSignal,
): Promise<RolloutProbe> {
  const replaced = podsOfRollout();
  const probe = await startProbe(request, { clock, replaced: () => replaced.names() }, signal);
  if (!probe || !request) return NO_PROBE;
  let hold: RolloutHold | undefined;
  return {
    follow: (reporter) => followedBy(reporter, replaced),
    begin(reporter, { wake, ...options }) {
      const held = holdRollout({ ...options, probe, maxFailures: request.maxFailures });
      hold = held;
      probe.listen((news) => reporter.report(news));
      const look = () => {
        held.look();
        wake();
      };
      probe.whenFailed(look);
      if (probe.failed > 0) look();
    },
    look: () => hold?.look(),
    gates: () => (hold ? [hold.gate()] : []),
    async end(outcome) {
      const summary = await probe.end();
      await hold?.end(outcome === 'done');
      return { probe: summary };
    },
  };
}
