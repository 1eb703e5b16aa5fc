/**
 * The one way to a Kubernetes API server, for the plugin and the webhook alike. `transport.ts` implements it;
 * everything else is written against this interface.
 */
export interface Kube {
  /** The API server's URL, for messages. */
  readonly server: string;
  /** Namespace of the kubeconfig context, or what `-n` said; `default` when neither names one. */
  readonly namespace: string;
  /** Who we are, as far as the kubeconfig tells: the user entry's name. */
  readonly user: string;

  /**
   * One request, answered with the parsed JSON body (`undefined` when it is empty).
   *
   * 429 and 503 with Retry-After, and connections that broke before anything was sent, are tried again within
   * `timeoutMs`, except that a 429 to `retry: 'never'` requests is handed to the caller at once: an eviction's
   * 429 is an answer, not an overload.
   *
   * @throws ApiError for every answer that is not 2xx
   * @throws ConnectionError when there was no answer
   */
  request(request: KubeRequest): Promise<unknown>;

  /**
   * Opens a watch and hands over its events one by one, until the server ends it (returns), the signal aborts
   * (throws its reason), or the connection breaks (throws ConnectionError, also after a silent `idleTimeoutMs`).
   * An ERROR event throws the ApiError it carries, 410 Gone among them.
   */
  watch(request: WatchRequest): AsyncIterable<WatchEvent>;

  /** Milliseconds that the API server's clock is ahead of ours, from its Date headers; 0 before the first answer. */
  readonly clockSkewMs: number;

  /** Closes all connections; requests under way fail with ConnectionError. */
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
  /** Whole time for the request and its repetitions, 30 s unless told. */
  timeoutMs?: number;
  /** `safe` (default) as described at `request`; `never` hands every answer over at once. */
  retry?: 'safe' | 'never';
  signal?: AbortSignal;
}

export interface WatchRequest {
  path: string;
  query?: KubeRequest['query'];
  /** Start after this version; events after it follow. */
  resourceVersion: string;
  signal: AbortSignal;
  /** Called once the server has accepted the watch, which may be long before its first event. */
  onOpen?: () => void;
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: unknown;
}

/** An answer of the API server that is not a success, with what its Status object says. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status code. */
  readonly code: number;
  /** Status.reason, such as `NotFound`, `Conflict`, `TooManyRequests`; empty when the body held no Status. */
  readonly reason: string;
  /** What the server asked to wait, from Retry-After or details.retryAfterSeconds. */
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

/** No answer: refused, reset, timed out, TLS or DNS failure. The cause is kept. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** The kubeconfig, or what the flags make of it, cannot be used; the message says what would change that. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}
