/** Which HTTP status codes are as they should be. */
export interface StatusExpectation {
  codes: ReadonlySet<number>;
  /** First digits: 2 for 2xx. */
  classes: ReadonlySet<number>;
}

/** Redirects are not followed, so they are answers like others. */
export const DEFAULT_EXPECTATION = '2xx,3xx';

/**
 * Reads codes and classes as people write them: `200,204,3xx`.
 *
 * @returns the word that is neither, as a string, for anything else
 */
export function parseExpectation(text: string): StatusExpectation | string {
  const codes = new Set<number>();
  const classes = new Set<number>();
  for (const word of text.split(',').map((part) => part.trim())) {
    if (/^[1-5]xx$/i.test(word)) classes.add(Number(word[0]));
    else if (/^[1-5]\d\d$/.test(word)) codes.add(Number(word));
    else return word;
  }
  return { codes, classes };
}

/** Whether an answer with this status is a good one. */
export function isExpected(code: number, { codes, classes }: StatusExpectation): boolean {
  return codes.has(code) || classes.has(Math.floor(code / 100));
}
