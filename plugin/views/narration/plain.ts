import { styleText } from 'node:util';
import type { Clock } from '../../../shared/clock.ts';
import { formatDuration } from '../../../shared/format.ts';
import { harmless } from '../../../shared/plain-text.ts';
import type { OutputStream } from '../../cli/context.ts';
import type { LogLine, Narrator } from './log-line.ts';
import { drained } from './stream.ts';
import type { Tone } from './tone.ts';

/** `59m 59s` and two spaces in front of it. */
const ELAPSED_WIDTH = 9;
/** After this long without a line, operators wonder whether it is still running. */
const SILENCE_MS = 60_000;

const STYLES: Readonly<Partial<Record<Tone, Parameters<typeof styleText>[0]>>> = {
  strong: 'bold',
  faint: 'dim',
  good: 'green',
  busy: 'cyan',
  warn: 'yellow',
  bad: 'red',
};

export interface PlainOptions {
  stdout: OutputStream;
  colour: boolean;
  /** For lines about long silences. */
  clock: Clock;
}

interface PlainReporter<E> {
  report(event: E): void;
  close(): Promise<void>;
}

/**
 * Writes a line for every relevant event, with the time since the first event in front, and the closing lines at the
 * end. Escape sequences are only written with `colour`.
 */
export function plainReporter<E extends { atMs: number }, M>(
  narrator: Narrator<E, M>,
  { stdout, colour, clock }: PlainOptions,
): PlainReporter<E> {
  let memory = narrator.initial;
  let startedAtMs: number | undefined;
  /** Events have the API server's time; silence is measured with our own clock. */
  let last = { atMs: 0, receivedAtMs: 0 };
  let cancelSilence: (() => void) | undefined;

  const write = (entries: readonly LogLine[], closing: readonly string[]) => {
    const lines = entries.map((entry) => line(entry, startedAtMs ?? entry.atMs, colour));
    if (closing.length > 0) lines.push('', ...closing.map(harmless));
    if (lines.length === 0) return;
    stdout.write(`${lines.join('\n')}\n`);
    listenToSilence();
  };
  const listenToSilence = () => {
    cancelSilence?.();
    cancelSilence = narrator.afterSilence && clock.schedule(SILENCE_MS, breakSilence);
  };
  const breakSilence = () => {
    const entry = narrator.afterSilence?.(memory, last.atMs + clock.nowMs() - last.receivedAtMs);
    if (entry) write([entry], []);
    else listenToSilence();
  };
  return {
    report(event) {
      startedAtMs ??= event.atMs;
      last = { atMs: event.atMs, receivedAtMs: clock.nowMs() };
      const [next, entries] = narrator.narrate(memory, event);
      memory = next;
      write(entries, narrator.closing(event));
    },
    close() {
      cancelSilence?.();
      return drained(stdout);
    },
  };
}

function line({ atMs, text, tone }: LogLine, startedAtMs: number, colour: boolean): string {
  const style = STYLES[tone];
  const clean = harmless(text);
  // The caller has decided about color; styleText would check the process's own stdout again.
  const styled = colour && style ? styleText(style, clean, { validateStream: false }) : clean;
  return `${formatDuration(atMs - startedAtMs).padStart(ELAPSED_WIDTH)}  ${styled}`;
}
