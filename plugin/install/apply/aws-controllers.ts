import * as z from 'zod/mini';
import { UserError } from '../../../shared/errors.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { listAll } from '../../../shared/kube/list.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../../shared/kube/paths.ts';

/** A part of AWS's zone-aware-controllers-for-k8s that would conflict with ours. */
export interface AwsController {
  /** For example `deployment.apps/NAME in NAMESPACE`. */
  what: string;
  /** Why it must be removed. */
  why: string;
  /** The kubectl command that removes it. */
  fix: string;
}

// From config/ of github.com/aws/zone-aware-controllers-for-k8s: the names of the webhook and of the executable are
// those that kustomize does not change.
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

/** Collections that are searched; the permissions to list them are checked first. */
export const SEARCHED: readonly ResourceAddress[] = [
  ...CONFIGURATION_KINDS.map((kind) => ({ ...ADMISSION, resource: `${kind}s` })),
  RESOURCES.deployments,
];

/**
 * Finds AWS's controllers: webhook configurations, and running Deployments. Their CRDs are ignored, as they are wire
 * compatible and are kept.
 */
export async function findAwsControllers(kube: Kube, signal: AbortSignal): Promise<AwsController[]> {
  const [configurations, deployments] = await Promise.all([
    Promise.all(CONFIGURATION_KINDS.map((kind) => peerConfigurations(kube, kind, signal))),
    awsDeployments(kube, signal),
  ]);
  return [...configurations.flat(), ...deployments];
}

/** @throws UserError that names each, with the commands to remove them in a safe order */
export function refuseAwsControllers(found: readonly AwsController[]): void {
  if (found.length === 0) return;
  throw new UserError(
    [
      "AWS's zone-aware controllers are still installed; they must not run together with this webhook:",
      ...found.map(({ what, why }) => `  ${what}: ${why}`),
    ].join('\n'),
    [
      'remove them; budgets are kept:',
      ...found.map(({ fix }) => `  ${fix}`),
      'then run install again; until it is complete nothing enforces budgets',
    ].join('\n'),
  );
}

async function peerConfigurations(
  kube: Kube,
  kind: (typeof CONFIGURATION_KINDS)[number],
  signal: AbortSignal,
): Promise<AwsController[]> {
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
      why: 'it decides on every eviction',
      fix: `kubectl delete ${kind} ${name}`,
    }));
}

async function awsDeployments(kube: Kube, signal: AbortSignal): Promise<AwsController[]> {
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
      why: 'it replaces pods for ZoneAwareUpdates and writes the status of budgets',
      fix: `kubectl delete deployment ${name} -n ${namespace}`,
    }));
}
