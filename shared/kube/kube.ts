/** The single client interface to a Kubernetes API server, for plugin and webhook. Implemented by `transport.ts`. */
export interface Kube {
  /** The API server's URL, for messages. */
  readonly server: string;
  /** Namespace from `-n` or the kubeconfig context; `default` if neither is set. */
  readonly namespace: string;
  /** Name of the kubeconfig's user entry. */
  readonly user: string;

  /**
   * Sends one request and returns the parsed JSON body (`undefined` if empty).
   *
   * 429 and 503 with Retry-After, and connections that broke before anything was sent, are retried within
   * `timeoutMs`, except that a 429 to `retry: 'never'` requests is returned immediately: an eviction's 429 is
   * an answer, not an overload.
   *
   * @throws ApiError for every response other than 2xx
   * @throws ConnectionError if there was no response
   */
  request(request: KubeRequest): Promise<unknown>;

  /**
   * Opens a watch and yields its events until the server ends it (returns), the signal aborts (throws its
   * reason), or the connection breaks (throws ConnectionError, also after `idleTimeoutMs` without data). An
   * ERROR event throws the ApiError it carries, including 410 Gone.
   */
  watch(request: WatchRequest): AsyncIterable<WatchEvent>;

  /**
   * The time on the API server's clock, ms since the epoch: estimated from its Date headers, and between responses
   * advanced by the monotonic clock. For timestamps that other components wrote; durations within this process are
   * measured by the monotonic clock.
   */
  serverNowMs(): number;

  /** Closes all connections; requests in progress fail with ConnectionError. */
  close(): Promise<void>;
}

export interface KubeRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the server's URL, starting with `/`; see `paths.ts`. */
  path: string;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  /** Kind of a PATCH body: `merge`, `json`, `strategic` or `apply`. */
  patch?: 'merge' | 'json' | 'strategic' | 'apply';
  /** Total time for the request and its retries, 30 s by default. */
  timeoutMs?: number;
  /** `safe` (default) as described at `request`; `never` returns every response immediately. */
  retry?: 'safe' | 'never';
  signal?: AbortSignal;
}

export interface WatchRequest {
  path: string;
  query?: KubeRequest['query'];
  /** Resource version to start after. */
  resourceVersion: string;
  signal: AbortSignal;
  /** Called when the server accepts the watch, which may be long before its first event. */
  onOpen?: () => void;
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: unknown;
}

/** An unsuccessful response of the API server, with the contents of its Status object. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status code. */
  readonly code: number;
  /** Status.reason, such as `NotFound`, `Conflict`, `TooManyRequests`; empty if the body is not a Status. */
  readonly reason: string;
  /** Wait requested by the server, from Retry-After or details.retryAfterSeconds. */
  readonly retryAfterMs: number | undefined;
  /** Status.details.causes, such as DisruptionBudget with its message. */
  readonly causes: readonly { reason: string; message: string }[];

  constructor(answer: {
    code: number;
    reason: string;
    message: string;
    retryAfterMs?: number | undefined;
    causes?: readonly { reason: string; message: string }[];
  }) {
    super(answer.message);
    this.code = answer.code;
    this.reason = answer.reason;
    this.retryAfterMs = answer.retryAfterMs;
    this.causes = answer.causes ?? [];
  }
}

/** No response: refused, reset, timed out, TLS or DNS failure. The cause is kept. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** The kubeconfig, or its combination with the flags, is not usable; the message includes the fix. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}
