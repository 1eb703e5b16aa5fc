import type { Kube } from '../../shared/kube/kube.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeLine } from '../cli/output.ts';
import type { BudgetReporter, OpenBudgetReporter } from './events.ts';
import { fetchState, type Scope } from './fetch.ts';
import { reportBudgets } from './report.ts';
import { type ListRequest, noneFound, tableOptions } from './request.ts';
import { type StateWatch, watchState } from './watch-state.ts';

/**
 * Shows budgets and their changes until interrupted.
 *
 * @returns 130 after Ctrl-C, 0 after q in the live view
 */
export async function watchBudgets(
  kube: Kube,
  scope: Scope,
  request: ListRequest,
  context: Context,
  openReporter: OpenBudgetReporter,
): Promise<ExitCode> {
  // A missing budget or CRD, or a missing permission, is reported before anything is drawn.
  const { budgets, malformed } = await fetchState(kube, scope, context.clock);
  if (budgets.length + malformed.length === 0) writeLine(context.stderr, noneFound(scope));
  const ended = Promise.withResolvers<ExitCode>();
  const stopListening = context.onInterrupt(() => ended.resolve(EXIT.interrupted));
  const reporter = await openReporter(context, {
    output: request.output,
    table: tableOptions(request),
    title: titleOf(scope),
    onQuit: (outcome) => ended.resolve(outcome === 'stopped' ? EXIT.done : EXIT.interrupted),
  });
  try {
    const { clock } = context;
    const watch = await watchState({
      kube,
      scope,
      clock,
      random: context.random,
      onConnection: (state) =>
        reporter.report(
          state.kind === 'lost'
            ? { type: 'lost', atMs: clock.nowMs(), reason: state.reason }
            : { type: 'restored', atMs: clock.nowMs() },
        ),
      onProblem: (error) => reporter.report({ type: 'lost', atMs: clock.nowMs(), reason: error.message }),
    });
    try {
      followReports(watch, reporter, context, kube, ended.reject);
      return await ended.promise;
    } finally {
      await watch.stop();
    }
  } finally {
    stopListening();
    await reporter.close();
  }
}

/** Reports the state now and after each change, one report at a time. */
function followReports(
  watch: StateWatch,
  reporter: BudgetReporter,
  { clock }: Context,
  kube: Kube,
  fail: (error: unknown) => void,
): void {
  let looking = false;
  let again = false;
  const look = async () => {
    again = true;
    if (looking) return;
    looking = true;
    try {
      while (again) {
        again = false;
        const state = await watch.read();
        const atMs = clock.nowMs();
        reporter.report({ type: 'reports', atMs, reports: reportBudgets(state, kube.serverNowMs()) });
      }
    } finally {
      looking = false;
    }
  };
  watch.onChange(() => void look().catch(fail));
  void look().catch(fail);
}

function titleOf({ namespace, name }: Scope): string {
  if (namespace === undefined) return 'zone disruption budgets of all namespaces';
  return name === undefined
    ? `zone disruption budgets of ${namespace}`
    : `zone disruption budget ${namespace}/${name}`;
}
