import { once } from 'node:events';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { testAuthority } from '../helpers/certificates.ts';
import type { TestCluster } from './cluster.ts';

/** An API server that is slow to carry evictions out: admission webhooks have them wait. */
export interface HeldEvictions {
  /** Resolves when an eviction waits. */
  readonly held: Promise<void>;
  /** Evictions that come from now on do not wait. */
  passOthers(): void;
  /** Those that wait are carried out now. */
  release(): void;
  stop(): Promise<void>;
}

const reviewSchema = z.object({
  request: z.object({ uid: z.string(), name: z.string(), dryRun: z.optional(z.boolean()) }),
});

/** A webhook may be waited for 30 s, and there are two of them, one after the other. */
const LONGEST_MS = 28_000;
const NAME = 'held-evictions';

/** Evictions of the namespace wait from now on, for 56 s at most. */
export async function holdEvictions(cluster: TestCluster, namespace: string): Promise<HeldEvictions> {
  const { ca, server: pair } = await testAuthority();
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  /** Names of pods whose evictions wait. */
  const names = new Set<string>();
  let passing = false;
  const server = createServer(pair, async (request, response) => {
    const { uid, name, dryRun } = reviewSchema.parse(JSON.parse(await text(request))).request;
    if (!dryRun && (!passing || names.has(name))) {
      names.add(name);
      held.resolve();
      const timer = Promise.withResolvers<void>();
      const timeout = setTimeout(timer.resolve, LONGEST_MS);
      await Promise.race([released.promise, timer.promise]);
      clearTimeout(timeout);
    }
    const answer = { uid, allowed: true };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const webhook = {
    name: `${NAME}.example.com`,
    clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle: Buffer.from(ca).toString('base64') },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods/eviction'], operations: ['CREATE'] }],
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    failurePolicy: 'Ignore',
    sideEffects: 'None',
    timeoutSeconds: 30,
    admissionReviewVersions: ['v1'],
  };
  const kinds = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];
  const configurations = kinds.map((kind) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: NAME },
    webhooks: [webhook],
  }));
  await cluster.apply(...configurations);
  return {
    held: held.promise,
    passOthers() {
      passing = true;
    },
    release: released.resolve,
    async stop() {
      released.resolve();
      await cluster.kubectl(['delete', ...kinds.map((kind) => `${kind}/${NAME}`)]);
      server.closeAllConnections();
      server.close();
    },
  };
}
