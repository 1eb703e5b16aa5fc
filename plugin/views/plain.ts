import { styleText } from 'node:util';
import type { OutputStream } from '../context.ts';
import type { Reporter } from '../rollout/events.ts';
import { formatDuration } from './format.ts';
import { NOTHING_TOLD, type Sentence } from './narration/memory.ts';
import { narrate } from './narration/narrate.ts';
import { drained } from './stream.ts';
import { summaryLines } from './summary.ts';
import type { Tone } from './tone.ts';

/** `59m 59s` and two spaces in front of it. */
const ELAPSED_WIDTH = 9;

const STYLES: Readonly<Partial<Record<Tone, Parameters<typeof styleText>[0]>>> = {
  strong: 'bold',
  faint: 'dim',
  good: 'green',
  busy: 'cyan',
  warn: 'yellow',
  bad: 'red',
};

/**
 * Writes a line for everything worth telling, with the time since the first event in front, and the summary at the
 * end. No escape sequence is ever written without `colour`.
 */
export function plainReporter({ stdout, colour }: { stdout: OutputStream; colour: boolean }): Reporter {
  let memory = NOTHING_TOLD;
  let startedAtMs: number | undefined;
  return {
    report(event) {
      startedAtMs ??= event.atMs;
      const [next, sentences] = narrate(memory, event);
      memory = next;
      const lines = sentences.map((sentence) => line(sentence, startedAtMs ?? event.atMs, colour));
      if (event.type === 'finished') lines.push('', ...summaryLines(event.summary));
      if (lines.length > 0) stdout.write(`${lines.join('\n')}\n`);
    },
    close: () => drained(stdout),
  };
}

function line({ atMs, text, tone }: Sentence, startedAtMs: number, colour: boolean): string {
  const style = STYLES[tone];
  // The caller has decided about colour; styleText would look at the process's own stdout again.
  const styled = colour && style ? styleText(style, text, { validateStream: false }) : text;
  return `${formatDuration(atMs - startedAtMs).padStart(ELAPSED_WIDTH)}  ${styled}`;
}
