import type { Clock } from '../clock.ts';
import type { Credential } from './endpoint.ts';
import { WireError } from './wire.ts';

/** Where the transport gets its credentials. */
export interface Credentials {
  /** Origin, for messages: `credential plugin aws`, `token file /run/token`. */
  readonly source: string;
  /** The current credential; renewed if it is known to have expired. */
  current(): Promise<Credential>;
  /**
   * Called when the server responded with 401 to `refused`. Returns the renewed credential, or `undefined` if
   * there is no other. Concurrent calls share one renewal.
   */
  renew(refused: Credential): Promise<Credential | undefined>;
  /** Stops work in progress, such as a credential plugin that hangs. */
  close(): void;
}

/**
 * The server accepts no credential, although it accepted one before: the credential source is unavailable, as
 * a server can be. It is retried. The API server has processed nothing.
 */
export class CredentialError extends WireError {
  constructor(message: string, cause?: unknown) {
    super(message, { sent: false, cause });
  }
}

/** Static credentials: certificates and tokens in the kubeconfig. */
export function fixedCredentials(credential: Credential, source = 'kubeconfig'): Credentials {
  return { source, current: async () => credential, renew: async () => undefined, close() {} };
}

/** A credential from a renewable source, and when it expires. */
export interface Issued {
  credential: Credential;
  /** Undefined if it is valid until a 401. */
  expiresAtMs: number | undefined;
}

export interface Issuing {
  /** No credential was issued yet, so the user may have to log in. */
  first: boolean;
  /** Aborts when the credential is no longer needed. */
  signal: AbortSignal;
}

export interface RenewableOptions {
  source: string;
  /** Must end within a bounded time. */
  issue(how: Issuing): Promise<Issued>;
  clock: Clock;
}

/** A credential this close to its expiry is renewed, to allow for the request's own latency. */
const EXPIRY_MARGIN_MS = 5_000;
/** After the first failed renewal; doubles with each further one. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Credentials that `issue` creates on demand. Concurrent requests share one call. The same Credential object is
 * returned until it is replaced.
 *
 * The first failure of `issue` is thrown unchanged. Later failures are CredentialErrors, and `issue` is retried after a
 * growing pause during which requests fail immediately. A credential that has not expired is still used.
 */
export function renewableCredentials({ source, issue, clock }: RenewableOptions): Credentials {
  const closing = new AbortController();
  let issued: Issued | undefined;
  let issuing: Promise<Credential> | undefined;
  let failures = 0;
  let pause: { error: CredentialError | undefined; sinceMs: number; forMs: number } | undefined;

  /** @param error what requests fail with during the pause; without one they use the current credential */
  function pauseAfter(error: CredentialError | undefined): void {
    const forMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
    pause = { error, sinceMs: clock.monotonicMs(), forMs };
    failures += 1;
  }

  function paused(): typeof pause {
    return pause !== undefined && clock.monotonicMs() - pause.sinceMs < pause.forMs ? pause : undefined;
  }

  async function issueNow(before: Issued | undefined): Promise<Credential> {
    try {
      const fresh = await issue({ first: before === undefined, signal: closing.signal });
      issued = fresh;
      if (!before || !sameCredential(before.credential, fresh.credential)) failures = 0;
      return fresh.credential;
    } catch (error) {
      if (before === undefined) throw error;
      const failure = new CredentialError(error instanceof Error ? error.message : String(error), error);
      pauseAfter(failure);
      throw failure;
    }
  }

  function issueOnce(): Promise<Credential> {
    const { error } = paused() ?? {};
    if (error) return Promise.reject(error);
    issuing ??= issueNow(issued).finally(() => {
      issuing = undefined;
    });
    return issuing;
  }

  return {
    source,
    async current() {
      if (issued === undefined || issuing !== undefined) return issueOnce();
      const { credential, expiresAtMs } = issued;
      const leftMs = expiresAtMs === undefined ? Number.POSITIVE_INFINITY : expiresAtMs - clock.nowMs();
      if (leftMs > EXPIRY_MARGIN_MS) return credential;
      return issueOnce().catch((error: unknown) => {
        if (leftMs <= 0) throw error;
        return credential;
      });
    },
    async renew(refused) {
      if (issued !== undefined && issued.credential !== refused) return issued.credential;
      const pausing = paused();
      if (pausing !== undefined && pausing.error === undefined) return undefined;
      const fresh = await issueOnce();
      if (!sameCredential(fresh, refused)) return fresh;
      // The source has no newer credential yet; without a pause every 401 would run it again.
      pauseAfter(undefined);
      return undefined;
    },
    close() {
      closing.abort(new CredentialError('the connection to the API server was closed'));
    },
  };
}

export function sameCredential(a: Credential, b: Credential): boolean {
  return a.authorization === b.authorization && a.cert === b.cert && a.key === b.key;
}
