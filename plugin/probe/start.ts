import type { Context } from '../cli/context.ts';
import type { ProbeRequest } from './options.ts';
import type { Probe } from './probe.ts';

/**
 * Starts to probe if requested, and only then loads the modules for it.
 *
 * @param replaced names of the pods being replaced now
 * @param signal ends the probes, however the run ends
 * @returns undefined if there is nothing to probe
 * @throws UserError for an address without the expected response before anything is changed
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
