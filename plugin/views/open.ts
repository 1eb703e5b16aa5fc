import type { Clock } from '../../shared/clock.ts';
import type { Reporter } from '../../shared/rollout/drive/events.ts';
import type { BudgetReporter, OpenBudgetReporter } from '../budget/events.ts';
import type { Context } from '../cli/context.ts';
import { dataWriter } from '../cli/print-data.ts';
import type { FlushReporter, OpenFlushReporter } from '../demo/flush/events.ts';
import type { OpenZeroDowntimeReporter, ZeroDowntimeReporter } from '../demo/zero-downtime/events.ts';
import type { DrainReporter, OpenDrainReporter } from '../drain/events.ts';
import type { OpenRolloutReporter } from '../rollout/reporter.ts';
import type { OpenStatusReporter, StatusReporter } from '../status/events.ts';
import { allowsColour, chooseView, type ViewKind } from './choose.ts';

/*
 * Commands open every reporter here and pass the function on. Rendering code is loaded only where it is used: a live
 * view loads React and Ink.
 */

type Ways<R> = Readonly<Record<ViewKind, () => Promise<R>>>;

/** Opens the view that suits the output. */
function open<R>(output: string | undefined, context: Context, ways: Ways<R>): Promise<R> {
  return ways[chooseView(output, context)]();
}

/** Reports a rollout. */
export const openRolloutReporter: OpenRolloutReporter = (context, { output, onQuit, controls, looksOn }) =>
  open<Reporter>(output, context, {
    async data() {
      const [{ jsonReporter }, { rolloutProgress }, write] = await Promise.all([
        import('./narration/json.ts'),
        import('./rollout/progress.ts'),
        writerOf(context, output),
      ]);
      return jsonReporter(context.stdout, rolloutProgress, write);
    },
    async ink() {
      const { inkReporter } = await import('./rollout/ink.ts');
      return inkReporter({ ...terminalOf(context), clock: context.clock, onQuit, controls, looksOn });
    },
    async plain() {
      const [{ plainReporter }, { rolloutNarrator }] = await Promise.all([
        import('./narration/plain.ts'),
        import('./rollout/narration/narrate.ts'),
      ]);
      return plainReporter(rolloutNarrator, plainOptions(context));
    },
  });

/** Reports a drain. */
export const openDrainReporter: OpenDrainReporter = (context, { output, onQuit, leftover }) =>
  open<DrainReporter>(output, context, {
    async data() {
      const [{ jsonReporter }, { drainProgress }, write] = await Promise.all([
        import('./narration/json.ts'),
        import('./drain/progress.ts'),
        writerOf(context, output),
      ]);
      return jsonReporter(context.stdout, drainProgress, write);
    },
    async ink() {
      const { drainInk } = await import('./drain/ink.ts');
      return drainInk({ ...terminalOf(context), clock: context.clock, onQuit, leftover });
    },
    async plain() {
      const [{ plainReporter }, { drainNarrator }] = await Promise.all([
        import('./narration/plain.ts'),
        import('./drain/narration/narrate.ts'),
      ]);
      return plainReporter(drainNarrator(leftover), plainOptions(context));
    },
  });

/** Reports budgets and their changes. */
export const openBudgetReporter: OpenBudgetReporter = (context, { output, table, title, onQuit }) => {
  const { stdout, stderr, clock } = context;
  return open<BudgetReporter>(output, context, {
    async data() {
      const { budgetJsonLines } = await import('./budget/json-lines.ts');
      return budgetJsonLines(stdout, stderr, await writerOf(context, output));
    },
    async ink() {
      const { budgetInk } = await import('./budget/ink.ts');
      return budgetInk({ ...terminalOf(context), clock, title, table, onQuit });
    },
    async plain() {
      const { budgetLines } = await import('./budget/lines.ts');
      return budgetLines({ stdout, stderr, table });
    },
  });
};

/** Reports the status of all workloads. */
export const openStatusReporter: OpenStatusReporter = (context, { output, ...options }) => {
  const { stdout, stderr, clock } = context;
  return open<StatusReporter>(output, context, {
    async data() {
      const { statusJsonLines } = await import('./status/json-lines.ts');
      return statusJsonLines(stdout, stderr, await writerOf(context, output));
    },
    async ink() {
      const { statusInk } = await import('./status/ink.ts');
      return statusInk({ ...terminalOf(context), clock, ...options });
    },
    async plain() {
      const { statusLines } = await import('./status/lines.ts');
      return statusLines({ stdout, stderr, table: options.table });
    },
  });
};

/** Reports the demo of pods that flush. */
export const openFlushReporter: OpenFlushReporter = (context, { output, clock, onQuit }) =>
  open<FlushReporter>(output, context, {
    async data() {
      const { jsonReporter } = await import('./narration/json.ts');
      return jsonReporter(context.stdout, () => undefined, await writerOf(context, output));
    },
    async ink() {
      const { flushLive } = await import('./demo/live.ts');
      // Shows the sandbox's time, but schedules in real time.
      const paced: Clock = {
        nowMs: () => clock.nowMs(),
        monotonicMs: () => clock.monotonicMs(),
        schedule: (delayMs, run) => context.clock.schedule(delayMs, run),
      };
      return flushLive({ ...terminalOf(context), clock: paced }, onQuit);
    },
    async plain() {
      const { flushPlain } = await import('./demo/plain.ts');
      return flushPlain({ ...plainOptions(context), env: context.env });
    },
  });

/** Reports the demo of a load-balanced service: lines, and the tables at the end, also on a terminal. */
export const openZeroDowntimeReporter: OpenZeroDowntimeReporter = (context, output) => {
  const plain = async () => {
    const [{ plainReporter }, { zeroDowntimeNarrator }] = await Promise.all([
      import('./narration/plain.ts'),
      import('./demo/zero-downtime/narrate.ts'),
    ]);
    return plainReporter(zeroDowntimeNarrator, plainOptions(context));
  };
  return open<ZeroDowntimeReporter>(output, context, {
    async data() {
      const { jsonReporter } = await import('./narration/json.ts');
      return jsonReporter(context.stdout, () => undefined, await writerOf(context, output));
    },
    ink: plain,
    plain,
  });
};

/** Writes data in the format of the output. */
function writerOf({ stdout }: Context, output: string | undefined): Promise<(data: object) => void> {
  return dataWriter(stdout, output === 'yaml' ? 'yaml' : 'json');
}

function terminalOf({ stdout, stderr, stdin, env }: Context) {
  return { stdout, stderr, stdin, env };
}

function plainOptions(context: Context) {
  return { stdout: context.stdout, colour: allowsColour(context), clock: context.clock };
}
