/**
 * The command line that has these words after `kubectl zone`, as a shell would need it. It is shown, and kept in Leases:
 * who stands in a URL before its host, perhaps with a password, is left out.
 */
export function commandLineOf(words: readonly string[]): string {
  return ['kubectl zone', ...words.map(withoutUser).map(quoteWord)].join(' ');
}

/** A word as a shell would need it. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function withoutUser(word: string): string {
  return word.replace(/(https?:\/\/)[^\s/?#]*@/gi, '$1***@');
}
