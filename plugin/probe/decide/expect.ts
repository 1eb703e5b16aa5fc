/** Which HTTP status codes are expected. */
export interface StatusExpectation {
  codes: ReadonlySet<number>;
  /** First digits: 2 for 2xx. */
  classes: ReadonlySet<number>;
}

/** Redirects are not followed, so they count as responses. */
export const DEFAULT_EXPECTATION = '2xx,3xx';

/**
 * Parses codes and classes: `200,204,3xx`.
 *
 * @returns the first invalid word, as a string
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

/** Whether this status is expected. */
export function isExpected(code: number, { codes, classes }: StatusExpectation): boolean {
  return codes.has(code) || classes.has(Math.floor(code / 100));
}
