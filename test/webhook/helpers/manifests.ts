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
  webhooks: { clientConfig: { service: { path: string } } }[];
}

/** A webhook configuration as it is shipped, with a URL in place of the Service. */
export async function configuration(which: 'mutating' | 'validating', url: string): Promise<object> {
  const shipped = (await manifest(`webhook/${which}-webhook-configuration.yaml`)) as Configuration;
  const webhooks = shipped.webhooks.map((each) => ({
    ...each,
    clientConfig: { url: `${url}${each.clientConfig.service.path}` },
  }));
  return { ...shipped, webhooks };
}
