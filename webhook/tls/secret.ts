/** The Secret that all replicas share, and its fields. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as z from 'zod/mini';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { resourcePath } from '../../shared/kube/paths.ts';
import type { KeyPair } from './issue.ts';
import { bundleOf, type Material } from './plan.ts';
import { readToken } from './token.ts';

export const SECRETS = { group: '', version: 'v1', resource: 'secrets' } as const;

const Secret = z.object({
  metadata: z.object({
    name: z.string(),
    resourceVersion: z.string(),
    labels: z.nullish(z.record(z.string(), z.string())),
    annotations: z.nullish(z.record(z.string(), z.string())),
  }),
  type: z.nullish(z.string()),
  data: z.nullish(z.record(z.string(), z.string())),
});
export type Secret = z.infer<typeof Secret>;

export interface SecretAddress {
  namespace: string;
  name: string;
}

/** Reads a Secret. Throws ZodError if it is malformed. */
export function readSecret(value: unknown): Secret {
  return Secret.parse(value);
}

/** The certificates in a Secret; undefined if they are incomplete or invalid. */
export function materialIn({ data }: Secret): Material | undefined {
  const text = (key: string) => {
    const value = data?.[key];
    return value ? Buffer.from(value, 'base64').toString('utf8') : undefined;
  };
  const signer = pair(text('signer.crt'), text('signer.key'));
  const server = pair(text('tls.crt'), text('tls.key'));
  if (!signer || !server) return undefined;
  const previous = text('previous.crt');
  return {
    signer,
    server,
    next: pair(text('next.crt'), text('next.key')),
    previous: previous && isCertificate(previous) ? previous : undefined,
    token: readToken(text('token')),
  };
}

export async function fetchSecret(kube: Kube, at: SecretAddress): Promise<Secret | undefined> {
  try {
    return readSecret(await kube.request({ method: 'GET', path: resourcePath({ ...SECRETS, ...at }) }));
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/**
 * Creates the Secret, or replaces the data of the one that was read.
 *
 * @returns false after a conflict: read it again
 */
export async function storeMaterial(
  kube: Kube,
  at: SecretAddress,
  before: Secret | undefined,
  material: Material,
): Promise<boolean> {
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: before?.type ?? 'kubernetes.io/tls',
    metadata: { ...before?.metadata, name: at.name, namespace: at.namespace },
    data: encode(material),
  };
  try {
    const { name, namespace } = at;
    await kube.request(
      before
        ? { method: 'PUT', path: resourcePath({ ...SECRETS, namespace, name }), body }
        : { method: 'POST', path: resourcePath({ ...SECRETS, namespace }), body },
    );
    return true;
  } catch (error) {
    if (error instanceof ApiError && (error.code === 409 || error.code === 404)) return false;
    throw error;
  }
}

function encode(material: Material): Readonly<Record<string, string>> {
  const { signer, server, next, previous, token } = material;
  const texts = {
    'tls.crt': server.cert,
    'tls.key': server.key,
    'ca.crt': bundleOf(material),
    'signer.crt': signer.cert,
    'signer.key': signer.key,
    'next.crt': next?.cert,
    'next.key': next?.key,
    'previous.crt': previous,
    token,
  };
  return Object.fromEntries(
    Object.entries(texts).flatMap(([key, text]) =>
      text === undefined ? [] : [[key, Buffer.from(text).toString('base64')]],
    ),
  );
}

function pair(cert: string | undefined, key: string | undefined): KeyPair | undefined {
  if (!cert || !key || !isCertificate(cert)) return undefined;
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : undefined;
  } catch {
    return undefined;
  }
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}
