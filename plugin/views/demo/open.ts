import type { Clock } from '../../../shared/clock.ts';
import type { Context } from '../../context.ts';
import type { FlushReporter } from '../../demo/flush/events.ts';
import { allowsColour, chooseView } from '../choose.ts';

/**
 * The reporter for where the output goes. The live view is loaded only where it is drawn.
 *
 * @param clock tells the sandbox's time; what is drawn keeps the pace of the context's
 * @param onQuit called when a key asks to end
 */
export async function openFlushReporter(
  output: 'plain' | 'json' | undefined,
  context: Context,
  clock: Clock,
  onQuit: () => void,
): Promise<FlushReporter> {
  const { stdout, stderr, stdin, env } = context;
  switch (chooseView(output, context)) {
    case 'json': {
      const { jsonReporter } = await import('../json.ts');
      return jsonReporter(stdout, () => undefined);
    }
    case 'ink': {
      const { flushLive } = await import('./live.ts');
      const paced: Clock = {
        nowMs: () => clock.nowMs(),
        monotonicMs: () => clock.monotonicMs(),
        schedule: (delayMs, run) => context.clock.schedule(delayMs, run),
      };
      return flushLive({ stdout, stderr, stdin, env, clock: paced }, onQuit);
    }
    case 'plain': {
      const { flushPlain } = await import('./plain.ts');
      return flushPlain({ stdout, env, colour: allowsColour(context), clock: context.clock });
    }
  }
}
