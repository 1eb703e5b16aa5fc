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
  const terminal = createInterface({ input: stdin, output: stderr, terminal: true });
  const aborted = new AbortController();
  const ignore = context.onInterrupt(() => aborted.abort());
  terminal.on('SIGINT', () => aborted.abort());
  try {
    const answer = await terminal.question(`${harmless(question)} [y/N] `, { signal: aborted.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (!aborted.signal.aborted) throw error;
    writeLine(stderr, '');
    throw new InterruptedError();
  } finally {
    ignore();
    terminal.close();
  }
}
