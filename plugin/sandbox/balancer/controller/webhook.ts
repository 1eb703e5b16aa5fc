import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Kube } from '../../../../shared/kube/kube.ts';
import { resourcePath } from '../../../../shared/kube/paths.ts';
import { makeCertificates } from '../../certificates.ts';
import { type Binding, gateOf, selectsPod } from './bindings.ts';
import { INJECT_LABEL } from './ingresses.ts';
import { type NewPod, readReview } from './objects.ts';

/** The controller's mutating webhook. */
export interface InjectionWebhook {
  close(): Promise<void>;
}

const CONFIGURATIONS = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'mutatingwebhookconfigurations',
};

/**
 * Serves the webhook that adds readiness gates to new pods, and registers it for namespaces with the label.
 *
 * @param bindings the current bindings when a pod is created
 */
export async function startInjectionWebhook(
  kube: Kube,
  bindings: () => readonly Binding[],
): Promise<InjectionWebhook> {
  const { ca, cert, key } = await makeCertificates();
  const server = createServer({ cert, key }, (incoming, outgoing) => {
    // A malformed request gets no response, which the API server treats as a failure.
    text(incoming)
      .then((body) => JSON.stringify(answerTo(JSON.parse(body), bindings())))
      .then(
        (answer) => outgoing.writeHead(200, { 'content-type': 'application/json' }).end(answer),
        () => outgoing.destroy(),
      );
  });
  await listening(server);
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/mutate-v1-pod`;
  await kube.request({
    method: 'POST',
    path: resourcePath(CONFIGURATIONS),
    body: configuration(url, Buffer.from(ca).toString('base64')),
  });
  return {
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/**
 * The JSON patch that adds to a new pod the readiness gates of its target groups; empty if it has them or has no target
 * group. https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/
 */
export function gatePatch(namespace: string, pod: NewPod, bindings: readonly Binding[]): object[] {
  const { readinessGates } = pod.spec;
  const missing = bindings
    .filter((binding) => selectsPod(binding, namespace, pod.metadata.labels))
    .map((binding) => ({ conditionType: gateOf(binding) }))
    .filter((gate) => !readinessGates.some(({ conditionType }) => conditionType === gate.conditionType));
  if (missing.length === 0) return [];
  return [{ op: 'add', path: '/spec/readinessGates', value: [...readinessGates, ...missing] }];
}

function answerTo(review: unknown, bindings: readonly Binding[]): object {
  const { uid, namespace, object } = readReview(review);
  const patch = gatePatch(namespace, object, bindings);
  const change = {
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
  };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, allowed: true, ...(patch.length > 0 && change) },
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

/** With the failurePolicy of the controller's chart: without the gate a pod would be considered ready too early. */
function configuration(url: string, caBundle: string): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'aws-load-balancer-webhook' },
    webhooks: [
      {
        name: 'mpod.elbv2.k8s.aws',
        clientConfig: { url, caBundle },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        namespaceSelector: { matchLabels: { [INJECT_LABEL]: 'enabled' } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
    ],
  };
}
