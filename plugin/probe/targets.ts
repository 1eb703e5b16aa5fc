import { shownUrl } from '../../shared/gates/get.ts';
import type { ProbeClient } from './client.ts';

/** An address that is asked. */
export interface ProbeTarget {
  /** Without password and query; unlike that of every other address. */
  shown: string;
  client: ProbeClient;
  /** Requests that wait for an answer. */
  underWay: number;
}

/** One target for each address, in their order. */
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
