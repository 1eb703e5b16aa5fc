import { NO_PROBE, type RolloutProbe } from '../../shared/rollout/drive/probe.ts';
import type { Context } from '../cli/context.ts';
import type { ProbeRequest } from './options.ts';
import { followedBy, podsOfRollout } from './replaced-pods.ts';
import { holdRollout, type RolloutHold } from './rollout-hold.ts';
import { startProbe } from './start.ts';

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
