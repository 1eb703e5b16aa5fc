import type { Pod } from '../controllers/types.ts';

/** A request to a pod. */
export interface PodRequest {
  method: string;
  /** The path seen by the pod: the part after `/proxy`, at least `/`. */
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
 * The HTTP service of one kind of pods. One instance serves all of them, so that it has the state that they would
 * exchange.
 */
export interface SimulatedService {
  answer(pod: Pod, request: PodRequest): PodResponse;
  stop(): void;
}

/** The response of Go's `http.NotFound`. */
export const PAGE_NOT_FOUND: PodResponse = {
  code: 404,
  body: '404 page not found\n',
  headers: { 'content-type': 'text/plain; charset=utf-8' },
};
