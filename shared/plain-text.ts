/** Longer than any line we print, and short enough to scan quickly. */
const MOST_CHARACTERS = 32 * 1024;

const ESC = '\u001b';
/** CSI with its parameters, ECMA-48. */
const COMMAND = String.raw`(?:${ESC}\[|\u009b)[0-?]*[!-\/]*[@-~]?`;
/**
 * OSC, DCS, SOS, PM and APC with their payload if it ends before a space, so that our own text between two
 * sequences is kept.
 */
const MESSAGE = String.raw`(?:${ESC}[\]PX\^_]|[\u0090\u0098\u009d-\u009f])(?:[^\p{Cc}\s]*(?:\u0007|${ESC}\\|\u009c))?`;
const SEQUENCES = new RegExp(`${COMMAND}|${MESSAGE}`, 'gu');
const PRINTABLE_ASCII = /^[ -~]*$/;

/**
 * Makes untrusted text, such as text from the cluster, safe to print within one line: the terminal only
 * displays characters, in their stored order.
 *
 * - escape sequences are removed; control characters and line separators become a space
 * - invisible characters and those that change the display order are removed: zero-width characters,
 *   bidirectional overrides
 * - at most two combining marks are kept per letter, and text longer than any line we print is truncated
 *
 * All output passes through this function: text, views, prompts and errors; see `plugin/cli/output.ts`. Runs
 * in linear time.
 */
export function harmless(text: string): string {
  if (text.length <= MOST_CHARACTERS && PRINTABLE_ASCII.test(text)) return text;
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return cut
    .replace(SEQUENCES, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\p{Cf}+/gu, '')
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .toWellFormed();
}

/** As `harmless`, trimmed: for a value on its own. */
export function oneLine(text: string): string {
  return harmless(text).trim();
}

/** Also escapes the characters that JSON allows unescaped but terminals interpret. The JSON value is unchanged. */
export function harmlessJson(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
