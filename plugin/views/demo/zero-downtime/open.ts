import type { Context } from '../../../context.ts';
import type { ZeroDowntimeReporter } from '../../../demo/zero-downtime/events.ts';
import { allowsColour } from '../../choose.ts';
import { jsonReporter } from '../../json.ts';
import { plainReporter } from '../../plain.ts';
import { zeroDowntimeTeller } from './teller.ts';

/** The reporter for an output: JSON lines, or plain lines with the tables at the end, also on a terminal. */
export function openZeroDowntimeReporter(
  output: 'plain' | 'json' | undefined,
  context: Context,
): ZeroDowntimeReporter {
  const { stdout, clock } = context;
  if (output === 'json') return jsonReporter(stdout, () => undefined);
  return plainReporter(zeroDowntimeTeller, { stdout, colour: allowsColour(context), clock });
}
