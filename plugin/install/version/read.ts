import * as z from 'zod/mini';
import { ApiError, type Kube } from '../../../shared/kube/kube.ts';
import { listAll } from '../../../shared/kube/list.ts';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';
import { readServerVersion } from '../../../shared/kube/server-version.ts';
import { readLive } from '../apply/server-side.ts';
import { isForTrials, TRIAL_NAMESPACE, tryEviction } from '../apply/trial.ts';
import { type Manifest, SYSTEM_NAMESPACE, VERSION_LABEL } from '../manifests/manifest.ts';
import type { DefinitionFacts, DeploymentFacts, Seen, ServerFacts, WebhookScope } from './facts.ts';
import { missingFields } from './schema.ts';

/** Namespaces for which the webhook is not called. */
const UNGUARDED = ['kube-system', SYSTEM_NAMESPACE];

/**
 * Everything about an installation that this user may read; the rest is unknown.
 *
 * @param shipped the objects of this version
 * @throws ConnectionError, and ApiError if not even the version of the API server may be read
 */
export async function readServer(kube: Kube, shipped: readonly Manifest[]): Promise<ServerFacts> {
  const ofKind = (kind: string) => shipped.filter((manifest) => manifest.kind === kind);
  const namespace = UNGUARDED.includes(kube.namespace) ? TRIAL_NAMESPACE : kube.namespace;
  const kubernetes = await readServerVersion(kube);
  const [definitions, deployment, pods, configuration, trial] = await Promise.all([
    Promise.all(
      ofKind('CustomResourceDefinition').map(async (manifest) => {
        const plural = manifest.metadata.name.split('.')[0] ?? '';
        return {
          plural,
          seen: await look(kube, manifest, (live) => definitionFacts(plural, manifest, live)),
        };
      }),
    ),
    look(kube, only(ofKind('Deployment')), deploymentFacts),
    readPods(kube),
    look(kube, only(ofKind('ValidatingWebhookConfiguration')), scopeOf),
    tryEviction(kube, undefined, namespace),
  ]);
  return { kubernetes, definitions, deployment, pods, configuration, trial };
}

async function look<T>(kube: Kube, manifest: Manifest, read: (live: Manifest) => T): Promise<Seen<T>> {
  try {
    const live = await readLive(kube, manifest);
    return live ? { kind: 'seen', value: read(live) } : { kind: 'absent' };
  } catch (error) {
    return unknown(error);
  }
}

function unknown(error: unknown): { kind: 'unknown'; reason: string } {
  if (error instanceof ApiError) return { kind: 'unknown', reason: error.message };
  throw error;
}

function only([manifest, ...more]: readonly Manifest[]): Manifest {
  if (!manifest || more.length > 0) throw new TypeError('there is one of each kind among the manifests');
  return manifest;
}

function definitionFacts(plural: string, shipped: Manifest, live: Manifest): DefinitionFacts {
  return {
    plural,
    version: live.metadata.labels?.[VERSION_LABEL],
    missingFields: missingFields(shipped, live),
  };
}

const Deployment = z.looseObject({
  spec: z.object({
    replicas: z._default(z.number(), 1),
    template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string() })) }) }),
  }),
  status: z._default(z.object({ availableReplicas: z._default(z.number(), 0) }), { availableReplicas: 0 }),
});

function deploymentFacts(live: Manifest): DeploymentFacts {
  const { spec, status } = Deployment.parse(live);
  return {
    version: live.metadata.labels?.[VERSION_LABEL],
    image: spec.template.spec.containers[0]?.image ?? '',
    replicas: spec.replicas,
    available: status.availableReplicas,
  };
}

function scopeOf(live: Manifest): WebhookScope {
  return isForTrials(live) ? 'trials' : 'guards';
}

const Pod = z.object({ metadata: z.object({ labels: z._default(z.record(z.string(), z.string()), {}) }) });

async function readPods(kube: Kube): Promise<Seen<Readonly<Record<string, number>>>> {
  try {
    const { items } = await listAll(kube, {
      path: resourcePath({ ...RESOURCES.pods, namespace: SYSTEM_NAMESPACE }),
      query: { labelSelector: 'app.kubernetes.io/name=kubectl-zone-webhook' },
    });
    if (items.length === 0) return { kind: 'absent' };
    const counts: Record<string, number> = {};
    for (const { metadata } of items.map((item) => Pod.parse(item))) {
      const version = metadata.labels[VERSION_LABEL] ?? 'unlabelled';
      counts[version] = (counts[version] ?? 0) + 1;
    }
    return { kind: 'seen', value: counts };
  } catch (error) {
    return unknown(error);
  }
}
