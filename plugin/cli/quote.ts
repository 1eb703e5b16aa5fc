/**
 * The command line with these words after `kubectl zone`, quoted for a shell. It is printed and stored in Leases, so
 * user and password are removed from URLs.
 */
export function commandLineOf(words: readonly string[]): string {
  return ['kubectl zone', ...words.map(withoutUser).map(quoteWord)].join(' ');
}

/** A word, quoted for a shell if necessary. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function withoutUser(word: string): string {
  return word.replace(/(https?:\/\/)[^\s/?#]*@/gi, '$1***@');
}
