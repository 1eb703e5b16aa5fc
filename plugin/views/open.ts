import type { Context } from '../context.ts';
import type { RolloutControls } from '../rollout/controls.ts';
import type { Reporter } from '../rollout/events.ts';
import { allowsColour, chooseView } from './choose.ts';

export interface LiveOptions {
  /** What the keys of a live view can do, beside leaving it. */
  controls: RolloutControls | undefined;
  /** Another process rolls out: leaving ends nothing. */
  looksOn: boolean;
}

const NO_CONTROLS: LiveOptions = { controls: undefined, looksOn: false };

/**
 * The reporter for where the output goes. The live view is loaded only where it is drawn.
 *
 * @param onQuit called when a key asks to end: `q` leaves the rollout where it is, Ctrl-C interrupts
 */
export async function openReporter(
  output: 'plain' | 'json' | undefined,
  context: Context,
  onQuit: (outcome: 'stopped' | 'interrupted') => void,
  { controls, looksOn }: LiveOptions = NO_CONTROLS,
): Promise<Reporter> {
  const { stdout, stderr, stdin, env, clock } = context;
  switch (chooseView(output, context)) {
    case 'json': {
      const [{ jsonReporter }, { rolloutProgress }] = await Promise.all([
        import('./json.ts'),
        import('./rollout/progress.ts'),
      ]);
      return jsonReporter(stdout, rolloutProgress);
    }
    case 'ink': {
      const { inkReporter } = await import('./rollout/ink.ts');
      return inkReporter({ stdout, stderr, stdin, env, clock, onQuit, controls, looksOn });
    }
    case 'plain': {
      const [{ plainReporter }, { rolloutTeller }] = await Promise.all([
        import('./plain.ts'),
        import('./rollout/narration/narrate.ts'),
      ]);
      return plainReporter(rolloutTeller, { stdout, colour: allowsColour(context), clock });
    }
  }
}
