import { createInterface } from 'node:readline/promises';
import { InterruptedError, UserError } from '../../shared/errors.ts';
import { harmless } from '../../shared/plain-text.ts';
import type { Context } from './context.ts';
import { writeLine } from './output.ts';

/**
 * Asks a yes-or-no question on the terminal; anything but yes is no.
 *
 * @param wayOut the fix to suggest if there is no terminal, such as a flag
 * @throws UserError without a terminal: no answer never means yes
 * @throws InterruptedError on Ctrl-C
 */
export async function confirm(question: string, context: Context, wayOut: string): Promise<boolean> {
  const { stdin, stderr } = context;
  if (!stdin.isTTY || !stderr.isTTY)
    throw new UserError(`cannot ask without a terminal: ${question}`, wayOut);
  const answer = await ask(`${harmless(question)} [y/N] `, context);
  return /^y(es)?$/i.test(answer);
}

/**
 * Lets the user choose on the terminal, which must exist, by number.
 *
 * @returns undefined for any other answer
 * @throws InterruptedError on Ctrl-C
 */
export async function chooseOne(
  question: string,
  choices: readonly string[],
  context: Context,
): Promise<string | undefined> {
  writeLine(context.stderr, question);
  choices.forEach((choice, index) => {
    writeLine(context.stderr, `  ${index + 1}  ${choice}`);
  });
  const answer = await ask(`1 to ${choices.length}: `, context);
  return /^\d{1,3}$/.test(answer) ? choices[Number(answer) - 1] : undefined;
}

async function ask(prompt: string, context: Context): Promise<string> {
  const { stdin, stderr } = context;
  const terminal = createInterface({ input: stdin, output: stderr, terminal: true });
  const aborted = new AbortController();
  const ignore = context.onInterrupt(() => aborted.abort());
  terminal.on('SIGINT', () => aborted.abort());
  try {
    return (await terminal.question(prompt, { signal: aborted.signal })).trim();
  } catch (error) {
    if (!aborted.signal.aborted) throw error;
    writeLine(stderr, '');
    throw new InterruptedError();
  } finally {
    ignore();
    terminal.close();
  }
}
