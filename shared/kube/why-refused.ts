import { X509Certificate } from 'node:crypto';
import * as z from 'zod/mini';
import { parseJson } from '../parse-json.ts';
import type { Credential } from './endpoint.ts';

/** The expiry claim of a JSON Web Token, in seconds since the epoch. */
const Claims = z.object({ exp: z.number() });

/**
 * Why a server may have responded with 401 to a credential, as far as the credential shows.
 *
 * @returns `its token expired at 2026-01-01T00:00:00.000Z`, or undefined
 */
export function whyRefused({ authorization, cert }: Credential, nowMs: number): string | undefined {
  const tokenEndsMs = authorization === undefined ? undefined : tokenEnd(authorization);
  if (tokenEndsMs !== undefined && tokenEndsMs <= nowMs) return `its token expired at ${text(tokenEndsMs)}`;
  const certEndsMs = cert === undefined ? undefined : certificateEnd(cert);
  if (certEndsMs !== undefined && certEndsMs <= nowMs) {
    return `its client certificate expired at ${text(certEndsMs)}`;
  }
  return undefined;
}

function tokenEnd(authorization: string): number | undefined {
  const [, payload] = authorization.split('.', 3);
  if (payload === undefined) return undefined;
  const claims = parseJson(Claims, Buffer.from(payload, 'base64url').toString('utf8'));
  return claims && isTime(claims.exp * 1000) ? claims.exp * 1000 : undefined;
}

function certificateEnd(pem: string): number | undefined {
  try {
    const endsMs = Date.parse(new X509Certificate(pem).validTo);
    return isTime(endsMs) ? endsMs : undefined;
  } catch {
    return undefined;
  }
}

function isTime(ms: number): boolean {
  return !Number.isNaN(new Date(ms).getTime());
}

function text(ms: number): string {
  return new Date(ms).toISOString();
}
