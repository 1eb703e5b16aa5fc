import type { ProbeSummary } from '../../shared/drive/probe-news.ts';
import type { Context } from '../cli/context.ts';
import type { ProbeRequest } from '../probe/options.ts';
import { followedBy, type ReplacedPods } from '../probe/replaced-pods.ts';
import { startProbe } from '../probe/start.ts';
import type { DrainEvent, DrainReporter } from './events.ts';
import { drainHold } from './probe-hold.ts';

/** The probes of a drain; where none were asked for, everything here does nothing. */
export interface DrainProbe {
  /** A reporter by which the probes know which pods are out. */
  follow(reporter: DrainReporter): DrainReporter;
  /** Reports what the probes find. `wake` is called after each failure. */
  begin(reporter: DrainReporter, wake: () => void): void;
  /** Why nothing more may be taken; undefined when nothing speaks against it. */
  hold(): string | undefined;
  /** Sends nothing more and says what there was. */
  end(): Promise<{ probe?: ProbeSummary }>;
}

const NO_PROBE: DrainProbe = {
  follow: (reporter) => reporter,
  begin() {},
  hold: () => undefined,
  end: async () => ({}),
};

/**
 * Begins to probe before anything is touched.
 *
 * @param signal ends the probes, however the drain ends
 * @throws UserError for an address that does not answer as it should
 */
export async function probeDrain(
  request: ProbeRequest | undefined,
  { clock }: Pick<Context, 'clock'>,
  signal: AbortSignal,
): Promise<DrainProbe> {
  const replaced = podsOfDrain();
  const probe = await startProbe(request, { clock, replaced: () => replaced.names() }, signal);
  if (!probe || !request) return NO_PROBE;
  return {
    follow: (reporter) => followedBy(reporter, replaced),
    begin(reporter, wake) {
      probe.listen((news) => reporter.report(news));
      probe.whenFailed(wake);
      probe.whenBroken(wake);
    },
    hold: () => drainHold(probe, request.maxFailures),
    end: async () => ({ probe: await probe.end() }),
  };
}

/** A drained pod comes back under another name, or elsewhere: it is out until every workload is whole. */
export function podsOfDrain(): ReplacedPods<DrainEvent> {
  const leaving = new Set<string>();
  const gone = new Set<string>();
  return {
    see(event) {
      if (event.type === 'pod-evicted') leaving.add(event.pod);
      if (event.type === 'pod-gone') {
        leaving.delete(event.pod);
        gone.add(event.pod);
      }
      if (event.type === 'snapshot' && event.snapshot.waitingFor.length === 0) gone.clear();
    },
    names: () => [...gone, ...leaving],
  };
}
