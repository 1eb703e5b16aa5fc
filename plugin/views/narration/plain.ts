import { styleText } from 'node:util';
import type { Clock } from '../../../shared/clock.ts';
import { formatDuration } from '../../../shared/format.ts';
import { harmless } from '../../../shared/plain-text.ts';
import type { OutputStream } from '../../cli/context.ts';
import type { Sentence, Teller } from './sentence.ts';
import { drained } from './stream.ts';
import type { Tone } from './tone.ts';

/** `59m 59s` and two spaces in front of it. */
const ELAPSED_WIDTH = 9;
/** After so long without a line, people ask themselves whether it still runs. */
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
 * Writes a line for everything worth telling, with the time since the first event in front, and the closing lines at
 * the end. No escape sequence is ever written without `colour`.
 */
export function plainReporter<E extends { atMs: number }, M>(
  teller: Teller<E, M>,
  { stdout, colour, clock }: PlainOptions,
): PlainReporter<E> {
  let memory = teller.nothingTold;
  let startedAtMs: number | undefined;
  /** Events carry the API server's time, silence is measured by our own. */
  let last = { atMs: 0, receivedAtMs: 0 };
  let cancelSilence: (() => void) | undefined;

  const write = (sentences: readonly Sentence[], closing: readonly string[]) => {
    const lines = sentences.map((sentence) => line(sentence, startedAtMs ?? sentence.atMs, colour));
    if (closing.length > 0) lines.push('', ...closing.map(harmless));
    if (lines.length === 0) return;
    stdout.write(`${lines.join('\n')}\n`);
    listenToSilence();
  };
  const listenToSilence = () => {
    cancelSilence?.();
    cancelSilence = teller.inSilence && clock.schedule(SILENCE_MS, breakSilence);
  };
  const breakSilence = () => {
    const sentence = teller.inSilence?.(memory, last.atMs + clock.nowMs() - last.receivedAtMs);
    if (sentence) write([sentence], []);
    else listenToSilence();
  };
  return {
    report(event) {
      startedAtMs ??= event.atMs;
      last = { atMs: event.atMs, receivedAtMs: clock.nowMs() };
      const [next, sentences] = teller.tell(memory, event);
      memory = next;
      write(sentences, teller.closing(event));
    },
    close() {
      cancelSilence?.();
      return drained(stdout);
    },
  };
}

function line({ atMs, text, tone }: Sentence, startedAtMs: number, colour: boolean): string {
  const style = STYLES[tone];
  const clean = harmless(text);
  // The caller has decided about colour; styleText would look at the process's own stdout again.
  const styled = colour && style ? styleText(style, clean, { validateStream: false }) : clean;
  return `${formatDuration(atMs - startedAtMs).padStart(ELAPSED_WIDTH)}  ${styled}`;
}
