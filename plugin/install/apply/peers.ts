import * as z from 'zod/mini';
import { UserError } from '../../../shared/errors.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { listAll } from '../../../shared/kube/list.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../../shared/kube/paths.ts';

/** Something of AWS's zone-aware-controllers-for-k8s that would act beside ours. */
export interface Peer {
  /** Such as `deployment.apps/NAME in NAMESPACE`. */
  what: string;
  /** Why it must go. */
  why: string;
  /** The kubectl command that takes it away. */
  fix: string;
}

// Names in config/ of github.com/aws/zone-aware-controllers-for-k8s; the webhook's own and the program's are those
// that kustomize leaves alone.
const WEBHOOK = 'eviction.zone-aware-controllers.svc';
const WEBHOOK_PATH = '/pod-eviction-v1';
const PROGRAM = '/zone-aware-controllers';
const LABEL = 'control-plane=controller-manager';

const ADMISSION = { group: 'admissionregistration.k8s.io', version: 'v1' };
const CONFIGURATION_KINDS = ['mutatingwebhookconfiguration', 'validatingwebhookconfiguration'] as const;

const Configuration = z.object({
  metadata: z.object({ name: z.string() }),
  webhooks: z._default(
    z.array(
      z.object({
        name: z.string(),
        clientConfig: z.object({ service: z.nullish(z.object({ path: z.nullish(z.string()) })) }),
      }),
    ),
    [],
  ),
});

const Deployment = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    replicas: z._default(z.number(), 1),
    template: z.object({
      spec: z.object({
        containers: z.array(z.object({ command: z._default(z.array(z.string()), []) })),
      }),
    }),
  }),
});

/** Collections that are searched; the rights to list them are asked for before. */
export const SEARCHED: readonly ResourceAddress[] = [
  ...CONFIGURATION_KINDS.map((kind) => ({ ...ADMISSION, resource: `${kind}s` })),
  RESOURCES.deployments,
];

/**
 * Looks for AWS's controllers: webhook configurations, and Deployments that run. Their CRDs are not looked for, as they
 * are wire compatible and stay.
 */
export async function findPeers(kube: Kube, signal: AbortSignal): Promise<Peer[]> {
  const [configurations, deployments] = await Promise.all([
    Promise.all(CONFIGURATION_KINDS.map((kind) => peerConfigurations(kube, kind, signal))),
    peerDeployments(kube, signal),
  ]);
  return [...configurations.flat(), ...deployments];
}

/** @throws UserError that names each, and the commands in the order in which they are safe */
export function refusePeers(peers: readonly Peer[]): void {
  if (peers.length === 0) return;
  throw new UserError(
    [
      "AWS's zone-aware controllers are still installed, and two of a kind must not act at once:",
      ...peers.map(({ what, why }) => `  ${what}: ${why}`),
    ].join('\n'),
    [
      'take them away, their budgets stay as they are:',
      ...peers.map(({ fix }) => `  ${fix}`),
      'and then install again; until that has ended nothing holds evictions back',
    ].join('\n'),
  );
}

async function peerConfigurations(
  kube: Kube,
  kind: (typeof CONFIGURATION_KINDS)[number],
  signal: AbortSignal,
): Promise<Peer[]> {
  const { items } = await listAll(kube, {
    path: resourcePath({ ...ADMISSION, resource: `${kind}s` }),
    signal,
  });
  return items
    .map((item) => Configuration.parse(item))
    .filter(({ webhooks }) =>
      webhooks.some(
        ({ name, clientConfig }) => name === WEBHOOK || clientConfig.service?.path === WEBHOOK_PATH,
      ),
    )
    .map(({ metadata: { name } }) => ({
      what: `${kind}/${name}`,
      why: 'it decides about every eviction',
      fix: `kubectl delete ${kind} ${name}`,
    }));
}

async function peerDeployments(kube: Kube, signal: AbortSignal): Promise<Peer[]> {
  const path = resourcePath(RESOURCES.deployments);
  const { items } = await listAll(kube, { path, query: { labelSelector: LABEL }, signal });
  return items
    .map((item) => Deployment.parse(item))
    .filter(
      ({ spec }) =>
        spec.replicas > 0 && spec.template.spec.containers.some(({ command }) => command[0] === PROGRAM),
    )
    .map(({ metadata: { name, namespace } }) => ({
      what: `deployment.apps/${name} in ${namespace}`,
      why: 'it replaces pods by ZoneAwareUpdates, and writes the status of budgets',
      fix: `kubectl delete deployment ${name} -n ${namespace}`,
    }));
}
