/** Shows the first 15 minutes of the script live, until q is pressed, and then its end. */
import { flushLive } from '../../../../plugin/views/demo/live.ts';
import { systemClock } from '../../../../shared/clock.ts';
import { MINUTE_MS, SCRIPT, STARTED_AT_MS, scriptUntil } from './script.ts';

const { stdout, stderr, stdin, env } = process;
const clock = { ...systemClock, nowMs: () => STARTED_AT_MS + 15 * MINUTE_MS };
const shown = scriptUntil(15);
const reporter = flushLive({ stdout, stderr, stdin, env, clock }, () => {
  for (const event of SCRIPT.slice(shown.length)) reporter.report(event);
  void reporter.close();
});
for (const event of shown) reporter.report(event);
