import type { Context } from '../cli/context.ts';
import type { ProbeRequest } from './options.ts';
import type { Probe } from './probe.ts';

/**
 * Begins to probe, where that is asked for, and only then loads what it needs.
 *
 * @param replaced names of the pods that are being replaced now
 * @param signal ends the probes, however the run ends
 * @returns undefined where nothing is to be probed
 * @throws UserError for an address that does not answer as it should even before anything is touched
 */
export async function startProbe(
  request: ProbeRequest | undefined,
  { clock, replaced }: Pick<Context, 'clock'> & { replaced(): readonly string[] },
  signal: AbortSignal,
): Promise<Probe | undefined> {
  if (!request) return undefined;
  const { Probe } = await import('./probe.ts');
  const probe = new Probe({ request, clock, replaced });
  await probe.start(signal);
  return probe;
}
