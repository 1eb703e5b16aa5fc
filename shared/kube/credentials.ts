import type { Clock } from '../clock.ts';
import type { Credential } from './endpoint.ts';
import { WireError } from './wire.ts';

/** Where the transport gets what proves who we are. */
export interface Credentials {
  /** Where they come from, for messages: `credential plugin aws`, `token file /run/token`. */
  readonly source: string;
  /** The credential to use now; renewed if it is known to have expired. */
  current(): Promise<Credential>;
  /**
   * Called when the server answered 401 to `refused`. Gives the renewed credential, or `undefined` when there is no
   * other to try. Calls at the same time share one renewal.
   */
  renew(refused: Credential): Promise<Credential | undefined>;
  /** Ends what is under way, such as a credential plugin that hangs. */
  close(): void;
}

/**
 * There is no credential that the server accepts, although there was one before: the source of the credentials is
 * away, as a server can be. It is asked again. Nothing was done by the API server.
 */
export class CredentialError extends WireError {
  constructor(message: string, cause?: unknown) {
    super(message, { sent: false, cause });
  }
}

/** Credentials that never change: certificates and tokens written in the kubeconfig. */
export function fixedCredentials(credential: Credential, source = 'kubeconfig'): Credentials {
  return { source, current: async () => credential, renew: async () => undefined, close() {} };
}

/** What a source of renewable credentials yields, and until when it holds. */
export interface Issued {
  credential: Credential;
  /** Undefined when it holds until a 401 says otherwise. */
  expiresAtMs: number | undefined;
}

/** How a credential is asked for. */
export interface Issuing {
  /** Nobody has got one yet, so that a person may have to log in. */
  first: boolean;
  /** Aborts when it is not needed any more. */
  signal: AbortSignal;
}

export interface RenewableOptions {
  source: string;
  /** Must end by itself within a time. */
  issue(how: Issuing): Promise<Issued>;
  clock: Clock;
}

/** A credential this close to its end is renewed: the request has yet to travel. */
const EXPIRY_MARGIN_MS = 5_000;
/** After a renewal that failed; each further one doubles it. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Credentials that `issue` makes on demand. However many requests need one, it runs once at a time. The same
 * Credential object is handed out until it is replaced.
 *
 * What `issue` throws the first time is thrown as it is. Afterwards its failures are CredentialErrors, and it is asked
 * again after a growing pause, within which requests fail at once. A credential that has not expired yet is used
 * meanwhile.
 */
export function renewableCredentials({ source, issue, clock }: RenewableOptions): Credentials {
  const closing = new AbortController();
  let issued: Issued | undefined;
  let issuing: Promise<Credential> | undefined;
  let failures = 0;
  let pause: { error: CredentialError | undefined; sinceMs: number; forMs: number } | undefined;

  /** @param error with which requests fail meanwhile; without one they are sent with what there is */
  function pauseAfter(error: CredentialError | undefined): void {
    const forMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
    pause = { error, sinceMs: clock.nowMs(), forMs };
    failures += 1;
  }

  /** A wall clock that is set back must not make it longer. */
  function paused(): typeof pause {
    const ageMs = pause === undefined ? 0 : clock.nowMs() - pause.sinceMs;
    return pause !== undefined && ageMs >= 0 && ageMs < pause.forMs ? pause : undefined;
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
      // Its source has no other yet; each refused request would run it anew.
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
