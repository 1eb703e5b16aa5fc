/** Issues certificates. The library is loaded on demand: mounted certificates do not need it. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** PEM texts. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** Certificates are backdated for machines whose clocks are behind. */
export const BACKDATE_MS = 5 * 60_000;

const ALGORITHM = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/** A certificate authority. Its name contains the time, to distinguish the old one from the new one. */
export async function issueAuthority(nowMs: number, lifetimeMs: number): Promise<KeyPair> {
  const { generate } = await selfsigned();
  const name = `kubectl-zone-webhook-ca@${Math.floor(nowMs / 1000)}`;
  const made = await generate([{ name: 'commonName', value: name }], {
    ...ALGORITHM,
    ...validity(nowMs, lifetimeMs),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { cert: made.cert, key: made.private };
}

/** @param names DNS names and IP addresses that the API server may call */
export async function issueServer(
  signer: KeyPair,
  names: readonly string[],
  nowMs: number,
  lifetimeMs: number,
): Promise<KeyPair> {
  const { generate } = await selfsigned();
  const endsMs = Math.min(nowMs + lifetimeMs, validityOf(signer.cert).notAfterMs);
  const made = await generate([{ name: 'commonName', value: names[0] ?? 'kubectl-zone-webhook' }], {
    ...ALGORITHM,
    ...validity(nowMs, endsMs - nowMs),
    ca: { key: signer.key, cert: signer.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) =>
          isIP(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
        ),
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}

/** selfsigned is a CommonJS module: bundled by esbuild it has no named exports. */
async function selfsigned() {
  return (await import('selfsigned')).default;
}

/** The validity of a certificate, ms since the epoch. */
export function validityOf(cert: string): { notBeforeMs: number; notAfterMs: number } {
  const { validFrom, validTo } = new X509Certificate(cert);
  return { notBeforeMs: Date.parse(validFrom), notAfterMs: Date.parse(validTo) };
}

function validity(nowMs: number, lifetimeMs: number) {
  return { notBeforeDate: new Date(nowMs - BACKDATE_MS), notAfterDate: new Date(nowMs + lifetimeMs) };
}
