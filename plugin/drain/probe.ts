import type { ProbeSummary } from '../../shared/drive/probe-news.ts';
import type { Context } from '../cli/context.ts';
import type { ProbeRequest } from '../probe/options.ts';
import { followedBy, type ReplacedPods } from '../probe/replaced-pods.ts';
import { startProbe } from '../probe/start.ts';
import type { DrainEvent, DrainReporter } from './events.ts';
import { drainHold } from './probe-hold.ts';

/** The probes of a drain; does nothing if no probes were requested. */
export interface DrainProbe {
  /** A reporter through which the probes learn which pods are out. */
  follow(reporter: DrainReporter): DrainReporter;
  /** Reports the results of the probes. `wake` is called after each failure. */
  begin(reporter: DrainReporter, wake: () => void): void;
  /** Why no more pods may be evicted; undefined without a hold. */
  hold(): string | undefined;
  /** Stops sending requests and returns the summary. */
  end(): Promise<{ probe?: ProbeSummary }>;
}

const NO_PROBE: DrainProbe = {
  follow: (reporter) => reporter,
  begin() {},
  hold: () => undefined,
  end: async () => ({}),
};

/**
 * Starts to probe before anything is changed.
 *
 * @param signal ends the probes, however the drain ends
 * @throws UserError for an address without the expected response
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

/** A drained pod comes back with another name, or elsewhere: it is out until every workload is healthy. */
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
