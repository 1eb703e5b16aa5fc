import type { Kube } from '../../../shared/kube/kube.ts';
import { RESOURCES, type ResourceAddress, resourcePath } from '../../../shared/kube/paths.ts';

export const NAMESPACE = 'shop';
export const NAME = 'web';
const LABELS = { app: NAME };
const PORT = 8080;

const DEPLOYMENTS: ResourceAddress = { ...RESOURCES.deployments, namespace: NAMESPACE };
const NETWORKING = { group: 'networking.k8s.io', version: 'v1' };
export const INGRESSES: ResourceAddress = { ...NETWORKING, resource: 'ingresses', namespace: NAMESPACE };

/**
 * Creates a Deployment behind an Application Load Balancer as tutorials do: with probes, and the default strategy,
 * grace period and deregistration delay of Kubernetes and AWS. It has no readiness gate and no preStop hook.
 *
 * @param replicas five in the source
 */
export async function createWorkload(kube: Kube, replicas: number): Promise<void> {
  const post = (address: ResourceAddress, body: object) =>
    kube.request({ method: 'POST', path: resourcePath(address), body });
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
  await post({ group: '', version: 'v1', resource: 'namespaces' }, namespace);
  await post({ group: '', version: 'v1', resource: 'services', namespace: NAMESPACE }, service());
  await post(INGRESSES, ingress());
  await post(DEPLOYMENTS, deployment(replicas));
}

/** Like `kubectl set image`; the Deployment controller does the rest. */
export async function setImage(kube: Kube, image: string): Promise<void> {
  await kube.request({
    method: 'PATCH',
    patch: 'strategic',
    path: resourcePath({ ...DEPLOYMENTS, name: NAME }),
    body: { spec: { template: { spec: { containers: [{ name: NAME, image }] } } } },
  });
}

function service(): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: NAME },
    spec: { selector: LABELS, ports: [{ port: 80, targetPort: PORT }] },
  };
}

function ingress(): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: NAME, annotations: { 'alb.ingress.kubernetes.io/target-type': 'ip' } },
    spec: {
      ingressClassName: 'alb',
      defaultBackend: { service: { name: NAME, port: { number: 80 } } },
    },
  };
}

/** Ready 5 s after it was scheduled; it takes 3 s to stop, like many servers that finish requests in flight. */
function deployment(replicas: number): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: NAME },
    spec: {
      replicas,
      selector: { matchLabels: LABELS },
      template: {
        metadata: {
          labels: LABELS,
          annotations: {
            'sim.kubectl-zone.dev/serves': 'http',
            'sim.kubectl-zone.dev/start': '5s',
            'sim.kubectl-zone.dev/flush': '3s',
            'sim.kubectl-zone.dev/answer': '100ms',
          },
        },
        spec: { containers: [container()] },
      },
    },
  };
}

function container(): object {
  return {
    name: NAME,
    image: 'shop:v1',
    ports: [{ name: 'http', containerPort: PORT }],
    readinessProbe: { httpGet: { path: '/', port: PORT }, periodSeconds: 5, failureThreshold: 3 },
  };
}
