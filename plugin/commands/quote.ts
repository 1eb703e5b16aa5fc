/** The command line that has these words after `kubectl zone`, as a shell would need it. */
export function commandLineOf(words: readonly string[]): string {
  return ['kubectl zone', ...words.map(quoteWord)].join(' ');
}

/** A word as a shell would need it. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
