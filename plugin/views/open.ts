import type { Context } from '../context.ts';
import type { Reporter } from '../rollout/events.ts';
import { allowsColour, chooseView } from './choose.ts';

/**
 * The reporter for where the output goes. The live view is loaded only where it is drawn.
 *
 * @param onQuit called when a key asks to end: `q` leaves the rollout where it is, Ctrl-C interrupts
 */
export async function openReporter(
  output: 'plain' | 'json' | undefined,
  context: Context,
  onQuit: (outcome: 'stopped' | 'interrupted') => void,
): Promise<Reporter> {
  const { stdout, stderr, stdin, env, clock } = context;
  switch (output ?? chooseView(output, context)) {
    case 'json': {
      const { jsonReporter } = await import('./json.ts');
      return jsonReporter(stdout);
    }
    case 'ink': {
      const { inkReporter } = await import('./rollout/index.tsx');
      return inkReporter({ stdout, stderr, stdin, env, clock, onQuit });
    }
    default: {
      const { plainReporter } = await import('./plain.ts');
      return plainReporter({ stdout, colour: allowsColour(context) });
    }
  }
}
