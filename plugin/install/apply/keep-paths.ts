import * as z from 'zod/mini';
import type { Manifest } from '../manifests/manifest.ts';

const Webhooks = z.array(
  z.looseObject({
    name: z.string(),
    clientConfig: z.looseObject({
      url: z.optional(z.string()),
      service: z.optional(z.looseObject({ path: z.optional(z.string()) })),
    }),
  }),
);

/**
 * A webhook configuration that keeps the paths of the one in the cluster if they only add something at the end: there the
 * webhook puts a token, by which it recognises the API server. Removing it would deny evictions until it is restored.
 */
export function keepPaths(manifest: Manifest, live: Manifest | undefined): Manifest {
  const wanted = Webhooks.safeParse(manifest.webhooks).data;
  const there = Webhooks.safeParse(live?.webhooks).data;
  if (!wanted || !there) return manifest;
  const webhooks = wanted.map((webhook) => {
    const { clientConfig } = webhook;
    const { service } = clientConfig;
    const livePath = pathOf(there.find(({ name }) => name === webhook.name)?.clientConfig);
    if (!service?.path || !livePath?.startsWith(`${service.path}/`)) return webhook;
    return { ...webhook, clientConfig: { ...clientConfig, service: { ...service, path: livePath } } };
  });
  return { ...manifest, webhooks };
}

function pathOf(config: z.infer<typeof Webhooks>[number]['clientConfig'] | undefined): string | undefined {
  return config?.url === undefined ? config?.service?.path : URL.parse(config.url)?.pathname;
}
