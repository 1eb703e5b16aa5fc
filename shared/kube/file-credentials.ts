import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { type Credentials, sameCredential } from './credentials.ts';
import type { Credential } from './endpoint.ts';
import { KubeconfigError } from './kube.ts';

/** Files that contain a credential. */
export interface CredentialFiles {
  /** A bearer token. */
  token?: string | undefined;
  /** PEM. */
  cert?: string | undefined;
  /** PEM. */
  key?: string | undefined;
}

/**
 * How often files are checked. The kubelet rotates a token when a fifth of its lifetime is left, which is at
 * least minutes.
 */
const CHECK_MS = 10_000;

/**
 * A credential in files that are rotated externally: service account tokens by the kubelet, client
 * certificates by agents. They are reloaded when they change, and immediately after a 401. While files cannot
 * be read, or a certificate and key do not match yet, the last valid credential remains in use.
 *
 * @param base other credentials to send
 * @throws KubeconfigError, from `current`, until a first read succeeds
 */
export function fileCredentials(files: CredentialFiles, base: Credential, clock: Clock): Credentials {
  const paths = [files.token, files.cert, files.key].filter((path) => path !== undefined);
  const source = files.token === undefined ? `client certificate ${files.cert}` : `token file ${files.token}`;
  let checkedAtMs: number | undefined;
  let version = '';
  let held: Credential | undefined;
  let checking: Promise<Credential> | undefined;

  async function read(): Promise<Credential> {
    checkedAtMs = clock.monotonicMs();
    const found = (await Promise.all(paths.map(versionOf))).join();
    if (held !== undefined && found === version) return held;
    const [token, cert, key] = await Promise.all([files.token, files.cert, files.key].map(textOf));
    const fresh = {
      authorization: token === undefined ? base.authorization : `Bearer ${token.trim()}`,
      cert: cert ?? base.cert,
      key: key ?? base.key,
    };
    if (token?.trim() === '') throw new Error(`${files.token} is empty`);
    // At the first read, TLS itself reports the error.
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
      const sinceMs = clock.monotonicMs() - (checkedAtMs ?? Number.NEGATIVE_INFINITY);
      return held === undefined || sinceMs >= CHECK_MS ? check() : held;
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

/** @throws if the certificate and key do not match */
function checkPair({ cert, key }: Credential): void {
  if (cert === undefined || key === undefined) return;
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new Error('the client certificate and the client key do not match');
  }
}
