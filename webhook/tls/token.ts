/** The API server accepts only names as path segments; a short one could be guessed. */
const TOKEN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SHORTEST = 24;

/** @returns undefined for a text that is not a valid path segment in a webhook configuration, or could be guessed */
export function readToken(text: string | undefined): string | undefined {
  const token = text?.trim() ?? '';
  return token.length >= SHORTEST && token.length <= 128 && TOKEN.test(token) ? token : undefined;
}

const OUR_PATH = /^(.*\/(?:evict|bind))(?:\/[-a-z0-9]+)?$/;

/**
 * A path, or URL, of a webhook configuration with the token appended.
 *
 * @returns undefined for a path that is not ours
 */
export function withToken(path: string, token: string): string | undefined {
  const base = OUR_PATH.exec(path)?.[1];
  return base && `${base}/${token}`;
}
