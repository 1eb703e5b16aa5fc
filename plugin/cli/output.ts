import { harmless, harmlessJson } from '../../shared/plain-text.ts';
import type { OutputStream } from './context.ts';

/*
 * All that is written to a stream is written here, so that nothing that comes from the cluster reaches a terminal as it
 * is. Only `views/terminal` and `views/narration/plain.ts` write beside it: what they add to cleaned text is their own styling.
 */

/** Writes one line; the end of a line inside the text becomes a space. */
export function writeLine(stream: OutputStream, text: string): void {
  writeLines(stream, [text]);
}

/** Writes each text as one line; nothing for none. */
export function writeLines(stream: OutputStream, lines: readonly string[]): void {
  if (lines.length > 0) stream.write(`${lines.map(harmless).join('\n')}\n`);
}

/** Writes a document whose line ends and tabs are meant, such as YAML or a help text. None is added. */
export function writeDocument(stream: OutputStream, text: string, onWritten?: () => void): void {
  stream.write(text.replace(/[^\n\t]+/g, harmless), onWritten);
}

/** Writes one line of JSON; with `indent` several. */
export function writeJson(stream: OutputStream, value: unknown, indent?: number): void {
  stream.write(`${harmlessJson(JSON.stringify(value, undefined, indent))}\n`);
}

/** What went wrong, its further lines and what helps indented, so that none looks like a line of ours. */
export function writeError(
  stream: OutputStream,
  { message, fix, stack }: { message: string; fix?: string | undefined; stack?: string | undefined },
): void {
  const [first = '', ...others] = message.split('\n');
  const fixes = fix === undefined || fix === '' ? [] : fix.split('\n');
  writeLines(stream, [
    `error: ${first}`,
    ...[...others, ...fixes].map((line) => `  ${line}`),
    ...(stack === undefined ? [] : stack.split('\n')),
  ]);
}
