/** Longer than any line of ours, and short enough to be looked through at once. */
const MOST_CHARACTERS = 32 * 1024;

const ESC = '\u001b';
/** CSI with its parameters, ECMA-48. */
const COMMAND = String.raw`(?:${ESC}\[|\u009b)[0-?]*[!-\/]*[@-~]?`;
/** OSC, DCS, SOS, PM and APC with what they carry where they end before a space: words of ours between two are kept. */
const MESSAGE = String.raw`(?:${ESC}[\]PX\^_]|[\u0090\u0098\u009d-\u009f])(?:[^\p{Cc}\s]*(?:\u0007|${ESC}\\|\u009c))?`;
const SEQUENCES = new RegExp(`${COMMAND}|${MESSAGE}`, 'gu');
const PRINTABLE_ASCII = /^[ -~]*$/;

/**
 * Text of which nothing is known, such as what comes from the cluster, as a part of one line that does nothing to a
 * terminal but to show characters, in the order in which they stand:
 *
 * - escape sequences are removed, control characters and line separators become a space;
 * - what is not seen, or changes the order of what is seen, is removed: zero-width characters, bidirectional overrides;
 * - marks are piled up on a letter two at most, and a text is cut where it is longer than any line of ours.
 *
 * Everything that is printed passes here, in text, pictures, questions and errors; see `plugin/cli/output.ts`. Takes linear
 * time.
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

/** The same without spaces around it: a value that stands by itself. */
export function oneLine(text: string): string {
  return harmless(text).trim();
}

/**
 * A text of JSON in which also those characters are escaped that JSON would allow and a terminal would obey. It means
 * the same.
 */
export function harmlessJson(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
