/** Shows a scripted budget in the live view on this terminal until a key ends it; exits with 0 for q, 130 for Ctrl-C. */
import { budgetInk } from '../../../../plugin/views/budget/ink.ts';
import { systemClock } from '../../../../shared/clock.ts';
import { reportOf } from './reports.ts';

const { stdout, stderr, stdin, env } = process;
const ended = Promise.withResolvers<number>();
const reporter = budgetInk({
  stdout,
  stderr,
  stdin,
  env,
  clock: systemClock,
  title: 'zone disruption budgets of cortex',
  table: { namespaces: false, wide: false },
  onQuit: (outcome) => ended.resolve(outcome === 'stopped' ? 0 : 130),
});
reporter.report({ type: 'reports', atMs: 0, reports: [reportOf()] });
process.exitCode = await ended.promise;
await reporter.close();
