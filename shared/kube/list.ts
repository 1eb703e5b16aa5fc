import * as z from 'zod/mini';
import { ApiError, ConnectionError, type Kube, type KubeRequest } from './kube.ts';

const Page = z.object({
  metadata: z.object({
    resourceVersion: z._default(z.string(), ''),
    continue: z._default(z.string(), ''),
  }),
  items: z.nullish(z.array(z.unknown())),
});

/** All objects of a collection, from one consistent snapshot. */
export interface List {
  items: readonly unknown[];
  /** Resource version from which a watch misses nothing. */
  resourceVersion: string;
}

export interface ListRequest {
  /** Path of the collection. */
  path: string;
  query?: KubeRequest['query'];
  /** Objects per request, 500 by default, as in kubectl. */
  pageSize?: number | undefined;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Lists a collection page by page. Requests no resourceVersion, which means the most recent: the result is never older
 * than any seen before, as `resourceVersion=0` (from a replica's cache) could be. All pages are from the snapshot of
 * the first; if that is compacted in between (410), the list is fetched again in one request, as in client-go's pager.
 *
 * @throws ApiError, ConnectionError
 */
export async function listAll(kube: Kube, request: ListRequest): Promise<List> {
  const items: unknown[] = [];
  let resourceVersion = '';
  let next = '';
  do {
    let page: z.infer<typeof Page>;
    try {
      page = await listPage(kube, request, { limit: request.pageSize ?? 500, continue: next || undefined });
    } catch (error) {
      if (next === '' || !isGone(error)) throw error;
      const whole = await listPage(kube, request, {});
      return { items: whole.items ?? [], resourceVersion: whole.metadata.resourceVersion };
    }
    for (const item of page.items ?? []) items.push(item);
    resourceVersion = page.metadata.resourceVersion;
    next = page.metadata.continue;
  } while (next !== '');
  return { items, resourceVersion };
}

/** Whether the requested resource version has expired. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 410 || error.reason === 'Expired');
}

async function listPage(
  kube: Kube,
  { path, query, timeoutMs, signal }: ListRequest,
  paging: { limit?: number; continue?: string | undefined },
): Promise<z.infer<typeof Page>> {
  const answer = await kube.request({
    method: 'GET',
    path,
    query: { ...query, ...paging },
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(signal !== undefined && { signal }),
  });
  const page = z.safeParse(Page, answer);
  if (!page.success) throw new ConnectionError(`${path} did not return a list`);
  return page.data;
}
