import * as z from 'zod/mini';
import type { Clock } from '../../shared/clock.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { resourcePath } from '../../shared/kube/paths.ts';
import { watchCache } from '../../shared/kube/watch-cache.ts';
import { type Log, logConnection, messageOf } from '../telemetry/log.ts';
import { withToken } from './token.ts';

export interface InjectorOptions {
  kube: Kube;
  /** Name of the webhook configurations. */
  name: string;
  /** PEM of the CAs to trust now. */
  caBundle: () => string | undefined;
  /** The last segment of our paths; undefined leaves them unchanged. */
  token: () => string | undefined;
  clock: Clock;
  random: () => number;
  log: Log;
  /** Called with the validating configuration whenever it changed. */
  onValidating?: (configuration: unknown) => void;
}

/** Restores our CAs and the token in the webhook configurations after every change. */
export interface Injector {
  /** Whether both kinds were read, and the validating configuration, and the mutating one if it exists, has our CAs. */
  readonly done: boolean;
  /** Call when CAs or token have changed. */
  refresh(): void;
  stop(): Promise<void>;
}

const KINDS = ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'] as const;
const RETRY_MS = 2_000;

const Configuration = z.object({
  metadata: z.object({ name: z.string(), resourceVersion: z.string() }),
  webhooks: z.nullish(
    z.array(
      z.object({
        clientConfig: z.object({
          caBundle: z.nullish(z.string()),
          url: z.nullish(z.string()),
          service: z.nullish(z.object({ path: z.nullish(z.string()) })),
        }),
      }),
    ),
  ),
});
type Configuration = z.infer<typeof Configuration>;

export function startInjector(options: InjectorOptions): Injector {
  const { kube, name, caBundle, token, clock, random, log } = options;
  const settled = new Set<string>();
  let cancel = () => {};
  let stopped = false;

  /**
   * Patches only what differs from the configuration that was read: a patch based on an old one fails and is retried.
   */
  async function inject(resource: string, seen: Configuration | undefined): Promise<void> {
    const operations = (seen?.webhooks ?? []).flatMap(({ clientConfig }, index) =>
      corrections(clientConfig, `/webhooks/${index}/clientConfig`, caBundle(), token()),
    );
    if (seen?.webhooks?.length && operations.length === 0) settled.add(resource);
    else settled.delete(resource);
    if (!seen || operations.length === 0) return;
    const { resourceVersion } = seen.metadata;
    await kube.request({
      method: 'PATCH',
      patch: 'json',
      path: resourcePath({ group: 'admissionregistration.k8s.io', version: 'v1', resource, name }),
      body: [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }, ...operations],
    });
    log.info({ resource, name, set: operations.map(({ path }) => path) }, 'configuration set');
  }

  function injectAll(): void {
    for (const [index, resource] of KINDS.entries()) {
      void inject(resource, caches[index]?.items.get(name)).catch((error) => {
        // 422: the configuration has changed since, and its watch will report that.
        if (!(error instanceof ApiError && (error.code === 422 || error.code === 409))) {
          log.warn({ resource, name, error: messageOf(error) }, 'configuration could not be set');
        }
        cancel();
        if (!stopped) cancel = clock.schedule(RETRY_MS, injectAll);
      });
    }
  }

  const caches = KINDS.map((resource) => {
    const cache = watchCache({
      kube,
      path: resourcePath({ group: 'admissionregistration.k8s.io', version: 'v1', resource }),
      fieldSelector: `metadata.name=${name}`,
      parse(value) {
        if (resource === 'validatingwebhookconfigurations') options.onValidating?.(value);
        return Configuration.parse(value);
      },
      clock,
      random,
      retryFirstList: true,
      onConnection: (state) => logConnection(log, resource, state),
      onProblem: (error) => log.warn({ resource, error: error.message }, 'configuration cannot be read'),
    });
    cache.onChange(injectAll);
    return cache;
  });

  return {
    get done() {
      const [validating, mutating] = KINDS;
      const optional = caches[KINDS.indexOf(mutating)];
      const listed = caches.every(({ resourceVersion }) => resourceVersion !== '');
      return listed && settled.has(validating) && (settled.has(mutating) || !optional?.items.has(name));
    },
    refresh: injectAll,
    async stop() {
      stopped = true;
      cancel();
      await Promise.all(caches.map((cache) => cache.stop()));
    },
  };
}

type ClientConfig = NonNullable<Configuration['webhooks']>[number]['clientConfig'];

/** The JSON patch operations that correct the clientConfig of one webhook. */
function corrections(
  { caBundle: bundle, service, url }: ClientConfig,
  at: string,
  caBundle: string | undefined,
  token: string | undefined,
): { op: 'add'; path: string; value: string }[] {
  const encoded = Buffer.from(caBundle ?? '').toString('base64');
  const bundles = bundle === encoded ? [] : [{ op: 'add' as const, path: `${at}/caBundle`, value: encoded }];
  const [field, path] = service ? ['service/path', service.path] : ['url', url];
  const wanted = token === undefined || !path ? undefined : withToken(path, token);
  if (wanted === undefined || wanted === path) return bundles;
  return [...bundles, { op: 'add', path: `${at}/${field}`, value: wanted }];
}
