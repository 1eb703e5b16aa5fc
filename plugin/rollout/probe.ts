import { settledWithin } from '../../shared/clock.ts';
import type { RolloutEvent } from '../../shared/rollout/drive/events.ts';
import { NO_PROBE, type RolloutProbe } from '../../shared/rollout/drive/probe.ts';
import type { Context } from '../cli/context.ts';
import type { ProbeRequest } from '../probe/options.ts';
import { followedBy, type ReplacedPods } from '../probe/replaced-pods.ts';
import { startProbe } from '../probe/start.ts';
import { holdRollout, type RolloutHold } from './probe-hold.ts';

/** How long to wait at the end for the pause to be removed from the Lease. */
const LAST_WRITES_MS = 10_000;

/**
 * Starts to probe before anything is changed.
 *
 * @param signal ends the probes, however the rollout ends
 * @throws UserError for an address without the expected response
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
      probe.whenBroken(wake);
      if (probe.failed > 0) look();
    },
    look: () => hold?.look(),
    gates: () => {
      const { broken } = probe;
      if (broken === undefined) return hold ? [hold.gate()] : [];
      const reason = `paused: ${broken}; stop the rollout and run the same command again`;
      return [{ name: 'the probes', state: 'closed', reason, pause: true }];
    },
    async end(outcome) {
      const summary = await probe.end();
      if (hold) await settledWithin(clock, LAST_WRITES_MS, hold.end(outcome === 'done'));
      return { probe: summary };
    },
  };
}

/** Each pod from its eviction until it is available again. */
export function podsOfRollout(): ReplacedPods<RolloutEvent> {
  const out = new Set<string>();
  return {
    see(event) {
      if (event.type === 'pod-evicted') out.add(event.pod);
      if (event.type === 'pod-back') out.delete(event.pod);
    },
    names: () => [...out],
  };
}
