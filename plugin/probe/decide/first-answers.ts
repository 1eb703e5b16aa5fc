import type { ProbeResult } from '../../../shared/drive/probe-news.ts';

/**
 * Addresses of which none of the first requests was answered as it should be: they are mistyped, or the service is down
 * already.
 *
 * @returns `URL: reason` for each of them
 */
export function hopeless(results: readonly ProbeResult[]): string[] {
  return [...Map.groupBy(results, ({ url }) => url)].flatMap(([url, ofUrl]) => {
    if (ofUrl.some(({ failure }) => failure === undefined)) return [];
    const reasons = new Set(ofUrl.map(({ failure = '' }) => failure));
    return [`${url}: ${[...reasons].join('; ')}`];
  });
}
