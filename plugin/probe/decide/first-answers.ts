import type { ProbeResult } from '../../../shared/drive/probe-news.ts';

/**
 * Addresses without any expected response to the first requests: they are mistyped, or the service is already down.
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
