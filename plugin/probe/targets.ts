import { shownUrl } from '../../shared/gates/get.ts';
import type { ProbeClient } from './client.ts';

/** A probed address. */
export interface ProbeTarget {
  /** The URL to show, without password and query; unique among the addresses. */
  shown: string;
  client: ProbeClient;
  /** Number of requests in flight. */
  underWay: number;
}

/** One target for each address, in the given order. */
export function probeTargets(
  urls: readonly URL[],
  client: (url: URL) => ProbeClient,
): readonly ProbeTarget[] {
  const seen = new Map<string, number>();
  return urls.map((url) => {
    const name = shownUrl(url);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { shown: count === 1 ? name : `${name} (${count})`, client: client(url), underWay: 0 };
  });
}
