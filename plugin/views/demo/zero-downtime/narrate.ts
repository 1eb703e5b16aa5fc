import { formatDuration, oneLine, plural } from '../../../../shared/format.ts';
import type { Phase, ZeroDowntimeEvent } from '../../../demo/zero-downtime/events.ts';
import { failuresIn, requestsIn, type Tally } from '../../../demo/zero-downtime/tally.ts';
import type { LogLine, Narrator } from '../../narration/log-line.ts';
import { tallyLines } from './table.ts';

const PHASE_NAMES: Readonly<Record<Phase, string>> = {
  found: 'as deployed',
  mending: 'while the fix is rolled out',
  mended: 'after check --fix',
};

/** Reports the demo line by line; both tables follow at the end. */
export const zeroDowntimeNarrator: Narrator<ZeroDowntimeEvent, undefined> = {
  initial: undefined,
  narrate: (memory, event) => [memory, linesOf(event)],
  closing: (event) => (event.type === 'finished' ? closingLines(event) : []),
};

function linesOf(event: ZeroDowntimeEvent): LogLine[] {
  const { atMs } = event;
  switch (event.type) {
    case 'started': {
      const { replicas, url, requestsPerSecond, speed } = event;
      return [
        { atMs, text: `${plural(replicas, 'pod')} behind the load balancer at ${url}`, tone: 'normal' },
        {
          atMs,
          text: `clients send ${requestsPerSecond} requests per second of real time; time in the cluster runs ${speed} times as fast`,
          tone: 'normal',
        },
      ];
    }
    case 'began':
      return [{ atMs, text: `${PHASE_NAMES[event.phase]}: ${event.command}`, tone: 'strong' }];
    case 'said':
      return [{ atMs, text: `  ${indented(event.line)}`, tone: 'faint' }];
    case 'progress': {
      const failures = failuresIn(event.tally);
      const text = `  ${requestsIn(event.tally).toLocaleString('en')} requests, ${failures.toLocaleString('en')} failed`;
      return [{ atMs, text, tone: failures > 0 ? 'warn' : 'faint' }];
    }
    case 'ended': {
      const { phase, tookMs, tally } = event;
      const failures = failuresIn(tally);
      const text = `${PHASE_NAMES[phase]}: all pods are updated after ${formatDuration(tookMs)}; ${failureText(tally)}`;
      return [{ atMs, text, tone: failures > 0 ? 'bad' : 'good' }];
    }
    case 'finished':
      return [];
  }
}

/** Keeps the indentation, which structures a report. */
function indented(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${oneLine(line)}`;
}

function failureText(tally: Tally): string {
  const failures = failuresIn(tally);
  const requests = requestsIn(tally).toLocaleString('en');
  return failures === 0
    ? `all of ${requests} requests were answered`
    : `${failures.toLocaleString('en')} of ${requests} requests failed`;
}

function closingLines({ tallies, exitCode }: Extract<ZeroDowntimeEvent, { type: 'finished' }>): string[] {
  const { found, mending, mended } = tallies;
  return [
    ...table('rolling update as deployed', found),
    ...table('the same rolling update after kubectl zone check --fix', mended),
    exitCode === 0
      ? `${failureText(found)} as deployed, and none of ${requestsIn(mended).toLocaleString('en')} after the fix`
      : `as deployed, ${failureText(found)}; after the fix ${failureText(mended)}`,
    ...(failuresIn(mending) > 0
      ? [
          `rolling out the fix failed ${failuresIn(mending).toLocaleString('en')}: the pods that it replaced had no preStop hook yet`,
        ]
      : []),
  ];
}

function table(title: string, tally: Tally): string[] {
  return [`${title}:`, ...tallyLines(tally).map((line) => `  ${line}`.trimEnd()), ''];
}
