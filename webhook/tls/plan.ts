/**
 * Plans certificate rotation step by step, so that the API server always trusts the certificate being served: a new CA
 * is announced first, signs only when it is trusted everywhere, and the old one is removed only when no replica serves
 * its certificates. Pure.
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { BACKDATE_MS, type KeyPair, validityOf } from './issue.ts';

/** What all replicas share in the Secret. */
export interface Material {
  /** The CA that signed the serving certificate. */
  signer: KeyPair;
  server: KeyPair;
  /** The CA that will sign. */
  next: KeyPair | undefined;
  /** PEM of the CA that signed before. */
  previous: string | undefined;
  /** Identifies requests of the API server; it lasts as long as the Secret. Undefined until it is created. */
  token: string | undefined;
}

export interface TlsPolicy {
  /** Names that the certificate must have. */
  names: readonly string[];
  authorityLifetimeMs: number;
  serverLifetimeMs: number;
  /** The maximum time until every API server has received a new caBundle, and every replica a new Secret. */
  settleMs: number;
}

export type TlsStep =
  | { kind: 'create' | 'name' | 'announce' | 'promote' | 'issue' | 'forget' }
  | { kind: 'keep'; untilMs: number };

/** Renewed after two thirds of its lifetime, which begins at issue. */
const RENEW_AT = 2 / 3;

/** The next step, or when to plan again. */
export function planTls(material: Material | undefined, policy: TlsPolicy, nowMs: number): TlsStep {
  if (!material) return { kind: 'create' };
  if (material.token === undefined) return { kind: 'name' };
  const { signer, server, next, previous } = material;
  const deadlines = [renewAtMs(server.cert)];
  const signerEndsMs = validityOf(signer.cert).notAfterMs;
  if (next) {
    // An expired signer is trusted by no one: there is no reason to wait.
    const promoteAtMs = Math.min(issuedAtMs(next.cert) + policy.settleMs, signerEndsMs);
    if (nowMs >= promoteAtMs) return { kind: 'promote' };
    deadlines.push(promoteAtMs);
  } else {
    if (nowMs >= renewAtMs(signer.cert)) return { kind: 'announce' };
    deadlines.push(renewAtMs(signer.cert));
  }
  if (!fits(server, signer, policy.names) || nowMs >= renewAtMs(server.cert)) {
    // A certificate that is valid as long as its signer is renewed with the next signer.
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

/** Every CA whose certificates may be in use, as one PEM text. */
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
