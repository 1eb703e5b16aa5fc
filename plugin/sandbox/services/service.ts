import type { Pod } from '../controllers/types.ts';

/** A request that reached a pod. */
export interface PodRequest {
  method: string;
  /** As the pod sees it: what stood behind `/proxy`, at least `/`. */
  path: string;
  query: URLSearchParams;
  /** The Accept header, empty without one. */
  accept: string;
}

export interface PodResponse {
  code: number;
  body: string;
  headers: Readonly<Record<string, string>>;
}

/**
 * What the pods of one kind serve over HTTP. One instance answers for all of them, so that it can know of each what the
 * others would have told it.
 */
export interface SimulatedService {
  answer(pod: Pod, request: PodRequest): PodResponse;
  stop(): void;
}

/** As Go's `http.NotFound` says it. */
export const PAGE_NOT_FOUND: PodResponse = {
  code: 404,
  body: '404 page not found\n',
  headers: { 'content-type': 'text/plain; charset=utf-8' },
};
