/**
 * What has to be done about the certificates, step by step, so that at every moment the API server trusts the one
 * that is served: a new CA is announced first, signs only when it is trusted everywhere, and the old one is forgotten
 * only when nobody serves its certificates any more. Pure.
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { BACKDATE_MS, type KeyPair, validityOf } from './issue.ts';

/** All that replicas share in the Secret. */
export interface Material {
  /** The CA that signed the server's certificate. */
  signer: KeyPair;
  server: KeyPair;
  /** The CA that will sign. */
  next: KeyPair | undefined;
  /** PEM of the CA that signed before. */
  previous: string | undefined;
  /** Tells the API server's requests from others; it lasts as long as the Secret. Undefined before it is made. */
  token: string | undefined;
}

export interface TlsPolicy {
  /** Names that the certificate must have. */
  names: readonly string[];
  authorityLifetimeMs: number;
  serverLifetimeMs: number;
  /** How long every API server needs at most to learn a new caBundle, and every replica a new Secret. */
  settleMs: number;
}

export type TlsStep =
  | { kind: 'create' | 'name' | 'announce' | 'promote' | 'issue' | 'forget' }
  | { kind: 'keep'; untilMs: number };

/** Renewed after two thirds of its life, which begins when it is issued. */
const RENEW_AT = 2 / 3;

/** The next step, or when to ask again. */
export function planTls(material: Material | undefined, policy: TlsPolicy, nowMs: number): TlsStep {
  if (!material) return { kind: 'create' };
  if (material.token === undefined) return { kind: 'name' };
  const { signer, server, next, previous } = material;
  const deadlines = [renewAtMs(server.cert)];
  const signerEndsMs = validityOf(signer.cert).notAfterMs;
  if (next) {
    // A signer that has expired protects nothing: there is nobody to wait for.
    const promoteAtMs = Math.min(issuedAtMs(next.cert) + policy.settleMs, signerEndsMs);
    if (nowMs >= promoteAtMs) return { kind: 'promote' };
    deadlines.push(promoteAtMs);
  } else {
    if (nowMs >= renewAtMs(signer.cert)) return { kind: 'announce' };
    deadlines.push(renewAtMs(signer.cert));
  }
  if (!fits(server, signer, policy.names) || nowMs >= renewAtMs(server.cert)) {
    // As long as the signer itself, it will be renewed with the next one.
    const worthIt = validityOf(server.cert).notAfterMs < signerEndsMs || !fits(server, signer, policy.names);
    if (worthIt) return { kind: 'issue' };
    deadlines.shift();
  }
  if (previous) {
    const forgetAtMs = issuedAtMs(server.cert) + policy.settleMs;
    if (nowMs >= forgetAtMs) return { kind: 'forget' };
    deadlines.push(forgetAtMs);
  }
  return { kind: 'keep', untilMs: Math.min(...deadlines) };
}

/** Every CA whose certificates may be met, as one PEM text. */
export function bundleOf({ signer, next, previous }: Material): string {
  return [signer.cert, next?.cert, previous]
    .filter((cert) => cert !== undefined)
    .map((cert) => `${cert.trim()}\n`)
    .join('');
}

function fits(server: KeyPair, signer: KeyPair, names: readonly string[]): boolean {
  const cert = new X509Certificate(server.cert);
  const hasName = (name: string) => (isIP(name) ? cert.checkIP(name) : cert.checkHost(name)) !== undefined;
  return cert.verify(new X509Certificate(signer.cert).publicKey) && names.every(hasName);
}

function renewAtMs(cert: string): number {
  const fromMs = issuedAtMs(cert);
  return fromMs + (validityOf(cert).notAfterMs - fromMs) * RENEW_AT;
}

function issuedAtMs(cert: string): number {
  return validityOf(cert).notBeforeMs + BACKDATE_MS;
}
