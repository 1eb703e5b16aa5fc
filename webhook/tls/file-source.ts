import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import { type Log, messageOf } from '../telemetry/log.ts';
import type { Served, TlsSource } from './source.ts';
import { readToken } from './token.ts';

/** A mounted Secret is updated by a symlink, which file watchers miss; reading three files is cheap. */
const POLL_MS = 5_000;

/**
 * Certificates in a mounted directory, as cert-manager writes it: `tls.crt`, `tls.key`, and optionally `ca.crt`, if the
 * webhook sets the caBundle, and `token`, if it identifies callers. Files are read again when they change; a
 * certificate that does not match its key is not used.
 *
 * @throws Error if the files do not exist or are invalid
 */
export async function openFileSource(
  directory: string,
  { clock, log }: { clock: Clock; log: Log },
): Promise<TlsSource> {
  const listeners: ((served: Served) => void)[] = [];
  let current = await readFiles(directory);
  let cancel = () => {};
  let polling: Promise<void> = Promise.resolve();
  let stopped = false;

  async function poll(): Promise<void> {
    try {
      const served = await readFiles(directory);
      if (JSON.stringify(served) !== JSON.stringify(current)) {
        current = served;
        log.info({ directory }, 'certificates have changed');
        for (const listener of listeners) listener(served);
      }
    } catch (error) {
      log.warn({ directory, error: messageOf(error) }, 'certificates cannot be read');
    }
    schedule();
  }

  function schedule(): void {
    if (stopped) return;
    cancel = clock.schedule(POLL_MS, () => {
      polling = poll();
    });
  }

  schedule();
  return {
    get current() {
      return current;
    },
    onChange: (listener) => void listeners.push(listener),
    async stop() {
      stopped = true;
      cancel();
      await polling;
    },
  };
}

async function readFiles(directory: string): Promise<Served> {
  const [cert, key, caBundle, token] = await Promise.all([
    readFile(join(directory, 'tls.crt'), 'utf8'),
    readFile(join(directory, 'tls.key'), 'utf8'),
    readFile(join(directory, 'ca.crt'), 'utf8').catch(() => undefined),
    readFile(join(directory, 'token'), 'utf8').catch(() => undefined),
  ]);
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new Error('tls.key does not belong to tls.crt');
  }
  if (token !== undefined && readToken(token) === undefined) {
    throw new Error('the token is not 24 to 128 lower-case letters, digits and dashes');
  }
  return { server: { cert, key }, caBundle, token: readToken(token) };
}
