import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Who a component or test is towards the API server. */
export interface Identity {
  user: string;
  groups: readonly string[];
  token: string;
}

/** The identities that every control plane has from its start, before any test adds its own. */
export interface Identities {
  admin: Identity;
  controllerManager: Identity;
  scheduler: Identity;
  kwok: Identity;
}

/** Makes identities with fresh random tokens. The user names are those that Kubernetes' own RBAC rules know. */
export function makeIdentities(): Identities {
  return {
    admin: identity('admin', ['system:masters']),
    controllerManager: identity('system:kube-controller-manager'),
    scheduler: identity('system:kube-scheduler'),
    kwok: identity('kwok', ['system:masters']),
  };
}

/** An identity with a fresh random token. */
export function identity(user: string, groups: readonly string[] = []): Identity {
  return { user, groups, token: randomBytes(24).toString('hex') };
}

/** Writes the API server's static token file: token, user, uid and groups a line. */
export async function writeTokenFile(path: string, identities: readonly Identity[]): Promise<void> {
  const lines = identities.map(({ token, user, groups }) => `${token},${user},${user},"${groups.join(',')}"`);
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
}

/** Writes the key pair that signs and verifies service account tokens. */
export async function writeServiceAccountKeys(paths: { key: string; publicKey: string }): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writeFile(paths.key, privateKey, { mode: 0o600 });
  await writeFile(paths.publicKey, publicKey);
}

/** Writes a kubeconfig file for one identity and returns its path. The certificate is embedded. */
export async function writeKubeconfig(
  dir: string,
  server: { url: string; caPath: string },
  who: Identity,
): Promise<string> {
  const path = join(dir, `${fileName(who.user)}-${who.token.slice(0, 6)}.kubeconfig`);
  const ca = await readFile(server.caPath);
  const name = 'control-plane';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      { name, cluster: { server: server.url, 'certificate-authority-data': ca.toString('base64') } },
    ],
    users: [{ name: who.user, user: { token: who.token } }],
    contexts: [{ name, context: { cluster: name, user: who.user, namespace: 'default' } }],
  };
  await writeFile(path, JSON.stringify(config, undefined, 2), { mode: 0o600 });
  return path;
}

function fileName(user: string): string {
  return user.replaceAll(/[^a-z0-9-]/gi, '-');
}
