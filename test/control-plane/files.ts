import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyPair } from '../helpers/certificates.ts';
import { type Layout, paths } from './components.ts';
import { type Identity, writeServiceAccountKeys, writeTokenFile } from './credentials.ts';

/** Writes what the API server reads when it starts: tokens, keys and where to review unknown tokens. */
export async function writeServerFiles(
  layout: Layout,
  identities: readonly Identity[],
  { tokenReviewUrl, webhookClient }: { tokenReviewUrl: string; webhookClient?: KeyPair | undefined },
): Promise<void> {
  const at = paths(layout.dir);
  for (const dir of [at.certificates, at.kubeconfigs, at.logs]) await mkdir(dir, { recursive: true });
  await writeTokenFile(at.tokens, identities);
  await writeServiceAccountKeys({ key: at.serviceAccountKey, publicKey: at.serviceAccountPublicKey });
  await writeFile(at.tokenReview, JSON.stringify(tokenReviewConfig(tokenReviewUrl)));
  if (webhookClient) {
    await writeFile(at.admission, JSON.stringify(admissionConfiguration(at.webhookClient)));
    await writeFile(at.webhookClient, JSON.stringify(webhookClientConfig(webhookClient)), { mode: 0o600 });
  }
}

/**
 * What `--admission-control-config-file` reads.
 *
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#authenticate-apiservers
 */
function admissionConfiguration(kubeConfigFile: string): object {
  const configuration = {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'WebhookAdmissionConfiguration',
    kubeConfigFile,
  };
  return {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AdmissionConfiguration',
    plugins: ['ValidatingAdmissionWebhook', 'MutatingAdmissionWebhook'].map((name) => ({
      name,
      configuration,
    })),
  };
}

/** The name of a user is the host of the webhook; the tests' webhooks have URLs instead of Services. */
function webhookClientConfig({ cert, key }: KeyPair): object {
  const encoded = (pem: string) => Buffer.from(pem).toString('base64');
  const user = { 'client-certificate-data': encoded(cert), 'client-key-data': encoded(key) };
  return { apiVersion: 'v1', kind: 'Config', users: [{ name: '*', user }] };
}

/** The webhook's address in the form of a kubeconfig, as `--authentication-token-webhook-config-file` wants it. */
function tokenReviewConfig(url: string): object {
  const name = 'token-review';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: url } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}

/** The files that tell KWOK how nodes and pods behave. */
export async function stagePaths(): Promise<string[]> {
  const dir = join(import.meta.dirname, 'stages');
  const names = await readdir(dir);
  return names.sort().map((name) => join(dir, name));
}
