import type { Context } from '../context.ts';
import type { DrainReporter } from '../drain/events.ts';
import { allowsColour, chooseView } from './choose.ts';
import type { Leftover } from './drain/teller.ts';

/**
 * The reporter of a drain for where the output goes. The live view is loaded only where it is drawn.
 *
 * @param onQuit called when a key asks to end: `q` leaves the drain where it is, Ctrl-C interrupts
 * @param leftover the lines below the figures at the end, where there is more to say than how to uncordon the nodes
 */
export async function openDrainReporter(
  output: 'plain' | 'json' | undefined,
  context: Context,
  onQuit: (outcome: 'stopped' | 'interrupted') => void,
  leftover?: Leftover,
): Promise<DrainReporter> {
  const { stdout, stderr, stdin, env, clock } = context;
  switch (chooseView(output, context)) {
    case 'json': {
      const [{ jsonReporter }, { drainProgress }] = await Promise.all([
        import('./json.ts'),
        import('./drain/progress.ts'),
      ]);
      return jsonReporter(stdout, drainProgress);
    }
    case 'ink': {
      const { drainInk } = await import('./drain/ink.ts');
      return drainInk({ stdout, stderr, stdin, env, clock, onQuit, leftover });
    }
    case 'plain': {
      const [{ plainReporter }, { drainTeller }] = await Promise.all([
        import('./plain.ts'),
        import('./drain/teller.ts'),
      ]);
      return plainReporter(drainTeller(leftover), { stdout, colour: allowsColour(context), clock });
    }
  }
}
