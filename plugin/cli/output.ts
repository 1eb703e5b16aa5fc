import { harmless, harmlessJson } from '../../shared/plain-text.ts';
import type { OutputStream } from './context.ts';

/*
 * All output is written here, so that text from the cluster never reaches a terminal unescaped. Only `views/terminal` and
 * `views/narration/plain.ts` write on their own, to add styling to cleaned text.
 */

/** Writes one line; line breaks in the text become spaces. */
export function writeLine(stream: OutputStream, text: string): void {
  writeLines(stream, [text]);
}

/** Writes each text as one line. */
export function writeLines(stream: OutputStream, lines: readonly string[]): void {
  if (lines.length > 0) stream.write(`${lines.map(harmless).join('\n')}\n`);
}

/** Writes a document, such as YAML or a help text, and keeps its line breaks and tabs. Adds no line break. */
export function writeDocument(stream: OutputStream, text: string, onWritten?: () => void): void {
  stream.write(text.replace(/[^\n\t]+/g, harmless), onWritten);
}

/** Writes JSON on one line, or indented with `indent`. */
export function writeJson(stream: OutputStream, value: unknown, indent?: number): void {
  stream.write(`${harmlessJson(JSON.stringify(value, undefined, indent))}\n`);
}

/** Writes an error; its further lines and the fix are indented, so that they cannot imitate other output. */
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
