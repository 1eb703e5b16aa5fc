import * as z from 'zod/mini';
import { ApiError, ConnectionError, type Kube, type KubeRequest } from './kube.ts';

const Page = z.object({
  metadata: z.object({
    resourceVersion: z._default(z.string(), ''),
    continue: z._default(z.string(), ''),
  }),
  items: z.nullish(z.array(z.unknown())),
});

/** All objects of a collection, as of one moment. */
export interface List {
  items: readonly unknown[];
  /** A watch from here misses nothing. */
  resourceVersion: string;
}

export interface ListRequest {
  /** Path of the collection. */
  path: string;
  query?: KubeRequest['query'];
  /** Objects per request, 500 unless told, as kubectl has it. */
  pageSize?: number | undefined;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Lists a collection page by page. No resourceVersion is asked for, which to the API server means the most recent
 * one: the answer is never older than any answer seen before, as `resourceVersion=0` (from some replica's cache)
 * could be. All pages show the moment of the first; should that moment be compacted away in between (410), the list
 * is fetched again in one piece, as client-go's pager does.
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

/** Whether the API server no longer knows the version that was asked for. */
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
  if (!page.success) throw new ConnectionError(`${path} answered with something that is not a list`);
  return page.data;
}
