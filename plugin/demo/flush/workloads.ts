import type { Kube } from '../../../shared/kube/kube.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../../shared/kube/paths.ts';
import type { Scenario, Side } from './scenario.ts';

export const OLD_IMAGE = 'cortex:v1';
export const NEW_IMAGE = 'cortex:v2';
/** Weaveworks' ingesters may flush for 40 minutes. */
const GRACE_PERIOD_S = 2400;
const LABELS = { app: 'ingester' };

/** The namespace of each side's ingesters. */
export const NAMESPACES: Readonly<Record<Side, string>> = { plain: 'plain', zone: 'zone' };

/** The command for our side, as words after `kubectl zone`. */
export const OUR_COMMAND: readonly string[] = [
  ...['rollout', 'deploy/ingester', '-n', NAMESPACES.zone],
  ...['--image', `ingester=${NEW_IMAGE}`, '--flush'],
];

/** Creates the same ingesters in both namespaces. */
export async function createWorkloads(kube: Kube, scenario: Scenario): Promise<void> {
  for (const name of Object.values(NAMESPACES)) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await kube.request({ method: 'POST', path: resourcePath(NAMESPACE), body: namespace });
    const path = resourcePath({ ...RESOURCES.deployments, namespace: name });
    await kube.request({ method: 'POST', path, body: deployment(scenario) });
  }
}

/** Like `kubectl set image`: the Deployment controller does the rest. */
export async function setPlainImage(kube: Kube): Promise<void> {
  await kube.request({
    method: 'PATCH',
    patch: 'strategic',
    path: resourcePath({ ...RESOURCES.deployments, namespace: NAMESPACES.plain, name: 'ingester' }),
    body: { spec: { template: { spec: { containers: [{ name: 'ingester', image: NEW_IMAGE }] } } } },
  });
}

const NAMESPACE: ResourceAddress = { group: '', version: 'v1', resource: 'namespaces' };

/** A typical Deployment with the default strategy: maxSurge and maxUnavailable of 25%. */
function deployment(scenario: Scenario): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'ingester' },
    spec: { replicas: scenario.pods, selector: { matchLabels: LABELS }, template: template(scenario) },
  };
}

function template({ held, startMs: [least, most] }: Scenario): object {
  return {
    metadata: {
      labels: LABELS,
      annotations: {
        'sim.kubectl-zone.dev/start': `${least}ms`,
        'sim.kubectl-zone.dev/start-max': `${most}ms`,
        'sim.kubectl-zone.dev/flush': `${Math.round(held.flushMs)}ms`,
      },
    },
    spec: {
      terminationGracePeriodSeconds: GRACE_PERIOD_S,
      containers: [{ name: 'ingester', image: OLD_IMAGE }],
    },
  };
}
