import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { type Credentials, sameCredential } from './credentials.ts';
import type { Credential } from './endpoint.ts';
import { KubeconfigError } from './kube.ts';

/** Files that hold a credential, by what they hold. */
export interface CredentialFiles {
  /** A bearer token. */
  token?: string | undefined;
  /** PEM. */
  cert?: string | undefined;
  /** PEM. */
  key?: string | undefined;
}

/** Files are looked at this often. The kubelet replaces a token when a fifth of its life is left, at least minutes. */
const CHECK_MS = 10_000;

/**
 * A credential in files that somebody else replaces, as the kubelet does with the tokens of service accounts, and
 * agents with client certificates. They are read again when they have changed, and at once after a 401. Files that
 * cannot be read for a while, or a certificate whose key has not been replaced yet, leave the last good credential in
 * use.
 *
 * @param base what is sent besides
 * @throws KubeconfigError, by `current`, while nothing could be read yet
 */
export function fileCredentials(files: CredentialFiles, base: Credential, clock: Clock): Credentials {
  const paths = [files.token, files.cert, files.key].filter((path) => path !== undefined);
  const source = files.token === undefined ? `client certificate ${files.cert}` : `token file ${files.token}`;
  let checkedAtMs: number | undefined;
  let version = '';
  let held: Credential | undefined;
  let checking: Promise<Credential> | undefined;

  async function read(): Promise<Credential> {
    checkedAtMs = clock.nowMs();
    const found = (await Promise.all(paths.map(versionOf))).join();
    if (held !== undefined && found === version) return held;
    const [token, cert, key] = await Promise.all([files.token, files.cert, files.key].map(textOf));
    const fresh = {
      authorization: token === undefined ? base.authorization : `Bearer ${token.trim()}`,
      cert: cert ?? base.cert,
      key: key ?? base.key,
    };
    if (token?.trim() === '') throw new Error(`${files.token} is empty`);
    // The first time TLS itself says what is wrong.
    if (held !== undefined) checkPair(fresh);
    version = found;
    held = fresh;
    return fresh;
  }

  function check(): Promise<Credential> {
    checking ??= read()
      .catch((error: unknown) => {
        if (held !== undefined) return held;
        const why = error instanceof Error ? error.message : String(error);
        throw new KubeconfigError(`the ${source} cannot be used: ${why}`, { cause: error });
      })
      .finally(() => {
        checking = undefined;
      });
    return checking;
  }

  return {
    source,
    async current() {
      const sinceMs = clock.nowMs() - (checkedAtMs ?? Number.NEGATIVE_INFINITY);
      return held === undefined || sinceMs < 0 || sinceMs >= CHECK_MS ? check() : held;
    },
    async renew(refused) {
      const fresh = held === refused ? await check() : (held ?? (await check()));
      return sameCredential(fresh, refused) ? undefined : fresh;
    },
    close() {},
  };
}

async function versionOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path);
  return `${mtimeMs} ${size} ${ino}`;
}

async function textOf(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : readFile(path, 'utf8');
}

/** @throws for a certificate and a key that do not belong together */
function checkPair({ cert, key }: Credential): void {
  if (cert === undefined || key === undefined) return;
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new Error('the client certificate and the client key do not belong together');
  }
}
