import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';

const MANIFESTS = join(import.meta.dirname, '..', '..', '..', 'manifests');

/** A manifest of ours, as an object. */
export async function manifest(path: string): Promise<object> {
  const object = load(await readFile(join(MANIFESTS, path), 'utf8'));
  if (typeof object !== 'object' || object === null) throw new Error(`${path} is no object`);
  return object;
}

interface Configuration {
  webhooks: { clientConfig: object }[];
}

/** The ValidatingWebhookConfiguration as it is shipped, with a URL in place of the Service. */
export async function validatingConfiguration(url: string): Promise<object> {
  const configuration = (await manifest('webhook/validating-webhook-configuration.yaml')) as Configuration;
  const webhooks = configuration.webhooks.map((each) => ({ ...each, clientConfig: { url: `${url}/evict` } }));
  return { ...configuration, webhooks };
}

/** The MutatingWebhookConfiguration that ties evictions to the pods they were admitted for. */
export async function mutatingConfiguration(url: string): Promise<object> {
  const configuration = (await manifest('webhook/validating-webhook-configuration.yaml')) as Configuration;
  const webhooks = configuration.webhooks.map((each) => ({
    ...each,
    name: 'bind.kubectl-zone.dev',
    clientConfig: { url: `${url}/bind` },
    sideEffects: 'None',
  }));
  return { ...configuration, kind: 'MutatingWebhookConfiguration', webhooks };
}
