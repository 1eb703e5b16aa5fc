import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Credential } from './endpoint.ts';

/** Where the transport gets what proves who we are. */
export interface Credentials {
  /** The credential to use now; renewed if it is known to have expired. */
  current(): Promise<Credential>;
  /**
   * Called when the server answered 401 to `refused`. Gives the renewed credential, or `undefined` when there is no
   * other to try. Calls at the same time share one renewal.
   */
  renew(refused: Credential): Promise<Credential | undefined>;
}

/** Credentials that never change: certificates and tokens written in the kubeconfig. */
export function fixedCredentials(credential: Credential): Credentials {
  return { current: async () => credential, renew: async () => undefined };
}

/** What a source of renewable credentials yields, and until when it holds. */
export interface Issued {
  credential: Credential;
  /** Undefined when it holds until a 401 says otherwise. */
  expiresAtMs: number | undefined;
}

/** A credential this close to its end is not used any more: the request has yet to travel. */
const EXPIRY_MARGIN_MS = 5_000;

/**
 * Credentials that `issue` makes on demand. However many requests need one, it runs once at a time. The same
 * Credential object is handed out until it is replaced.
 */
export function renewableCredentials(issue: () => Promise<Issued>, clock: Clock): Credentials {
  let issued: Issued | undefined;
  let issuing: Promise<Credential> | undefined;

  function issueOnce(): Promise<Credential> {
    issuing ??= issue()
      .then((fresh) => {
        issued = fresh;
        return fresh.credential;
      })
      .finally(() => {
        issuing = undefined;
      });
    return issuing;
  }

  return {
    async current() {
      if (issued === undefined || issuing !== undefined) return issueOnce();
      const { credential, expiresAtMs } = issued;
      const expired = expiresAtMs !== undefined && clock.nowMs() >= expiresAtMs - EXPIRY_MARGIN_MS;
      return expired ? issueOnce() : credential;
    },
    async renew(refused) {
      if (issued !== undefined && issued.credential !== refused) return issued.credential;
      const fresh = await issueOnce();
      return sameCredential(fresh, refused) ? undefined : fresh;
    },
  };
}

function sameCredential(a: Credential, b: Credential): boolean {
  return a.authorization === b.authorization && a.cert === b.cert && a.key === b.key;
}

/** A token file is looked at this often. The kubelet replaces it when a fifth of its life is left, at least minutes. */
const TOKEN_CHECK_MS = 10_000;

/**
 * A bearer token in a file that somebody else replaces, as the kubelet does for service accounts. It is read again
 * when it has changed, and at once after a 401.
 *
 * @param base what is sent besides the token, such as a client certificate
 */
export function tokenFileCredentials(path: string, base: Credential, clock: Clock): Credentials {
  let checkedAtMs = Number.NEGATIVE_INFINITY;
  let version = '';
  let held = base;

  async function check(): Promise<Credential> {
    checkedAtMs = clock.nowMs();
    const { mtimeMs, size, ino } = await stat(path);
    const found = `${mtimeMs} ${size} ${ino}`;
    if (found === version) return held;
    const token = (await readFile(path, 'utf8')).trim();
    version = found;
    held = { ...base, authorization: `Bearer ${token}` };
    return held;
  }

  return {
    async current() {
      const due = clock.nowMs() - checkedAtMs >= TOKEN_CHECK_MS;
      return due || version === '' ? check() : held;
    },
    async renew(refused) {
      const fresh = held === refused ? await check() : held;
      return sameCredential(fresh, refused) ? undefined : fresh;
    },
  };
}
