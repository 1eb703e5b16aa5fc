/** Workloads without findings: those of the cases differ from them only slightly. */
import type { TestObject } from './objects.ts';

const ZONE = 'topology.kubernetes.io/zone';
const ZONES = ['zone-a', 'zone-b', 'zone-c'];
export const NAMESPACE = 'shop';

function object(apiVersion: string, kind: string, name: string, rest: Record<string, unknown>): TestObject {
  const { metadata = {}, ...fields } = rest as { metadata?: Record<string, unknown> };
  return { apiVersion, kind, metadata: { name, namespace: NAMESPACE, ...metadata }, ...fields };
}

/** Two in each zone. */
function nodes(): TestObject[] {
  return ZONES.flatMap((zone) =>
    [1, 2].map((number) =>
      object('v1', 'Node', `${zone}-${number}`, {
        metadata: { labels: { [ZONE]: zone } },
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      }),
    ),
  );
}

/** Spread over the zones; `own` are the fields that the workload sets. */
function pods(
  names: readonly string[],
  controller: { kind: string; name: string },
  app: string,
  own: (name: string) => { labels?: Record<string, string>; spec?: Record<string, unknown> },
): TestObject[] {
  return names.map((name, at) => {
    const { labels, spec } = own(name);
    return object('v1', 'Pod', name, {
      metadata: {
        uid: name,
        labels: { app, ...labels },
        ownerReferences: [{ apiVersion: 'apps/v1', ...controller, uid: 'uid', controller: true }],
      },
      spec: { nodeName: `${ZONES[at % 3]}-${at < 3 ? 1 : 2}`, containers: [{ name: 'main' }], ...spec },
      status: { phase: 'Running' },
    });
  });
}

const spread = (app: string) => [
  {
    topologyKey: ZONE,
    maxSkew: 1,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app } },
  },
];

/** A web service behind an Application Load Balancer. */
export function web(): TestObject[] {
  return [
    object('apps/v1', 'Deployment', 'web', {
      spec: {
        replicas: 6,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } },
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            terminationGracePeriodSeconds: 70,
            topologySpreadConstraints: spread('web'),
            containers: [
              {
                name: 'main',
                image: 'web:v1',
                ports: [{ name: 'http', containerPort: 8080 }],
                readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
                lifecycle: { preStop: { sleep: { seconds: 40 } } },
              },
            ],
          },
        },
      },
    }),
    ...pods(
      ['1', '2', '3', '4', '5', '6'].map((number) => `web-7d9f8c-${number}`),
      { kind: 'ReplicaSet', name: 'web-7d9f8c' },
      'web',
      () => ({
        spec: { readinessGates: [{ conditionType: 'target-health.elbv2.k8s.aws/k8s-shop-web-0123456789' }] },
      }),
    ),
    ...nodes(),
    object('v1', 'Service', 'web', {
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
    }),
    object('networking.k8s.io/v1', 'Ingress', 'web', {
      metadata: {
        annotations: {
          'alb.ingress.kubernetes.io/target-type': 'ip',
          'alb.ingress.kubernetes.io/target-group-attributes':
            'deregistration_delay.timeout_seconds=30,stickiness.enabled=false',
        },
      },
      spec: {
        ingressClassName: 'public',
        rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'web' } } }] } }],
      },
    }),
    object('networking.k8s.io/v1', 'IngressClass', 'public', { spec: { controller: 'ingress.k8s.aws/alb' } }),
    object('v1', 'Namespace', NAMESPACE, {
      metadata: { labels: { 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' } },
    }),
    object('policy/v1', 'PodDisruptionBudget', 'web', {
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
    }),
  ];
}

/** A replicated store, two pods a zone, that is rolled out and drained by zone. */
export function store(): TestObject[] {
  return [
    object('apps/v1', 'StatefulSet', 'store', {
      spec: {
        replicas: 6,
        serviceName: 'store',
        podManagementPolicy: 'Parallel',
        minReadySeconds: 60,
        updateStrategy: { type: 'OnDelete' },
        selector: { matchLabels: { app: 'store' } },
        volumeClaimTemplates: [{ metadata: { name: 'data' } }],
        template: {
          metadata: { labels: { app: 'store' } },
          spec: {
            terminationGracePeriodSeconds: 2400,
            topologySpreadConstraints: spread('store'),
            containers: [{ name: 'main', image: 'store:v1', ports: [{ containerPort: 9095 }] }],
          },
        },
      },
      status: { updateRevision: 'store-2' },
    }),
    ...pods(
      [0, 1, 2, 3, 4, 5].map((ordinal) => `store-${ordinal}`),
      { kind: 'StatefulSet', name: 'store' },
      'store',
      (name) => ({
        labels: { 'controller-revision-hash': 'store-2' },
        spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: `data-${name}` } }] },
      }),
    ),
    ...nodes(),
    ...[0, 1, 2, 3, 4, 5].flatMap((ordinal) => [
      object('v1', 'PersistentVolumeClaim', `data-store-${ordinal}`, {
        spec: { volumeName: `disk-${ordinal}` },
      }),
      object('v1', 'PersistentVolume', `disk-${ordinal}`, {
        spec: {
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: ZONE, operator: 'In', values: [ZONES[ordinal % 3]] }] },
              ],
            },
          },
        },
      }),
    ]),
    object('v1', 'Service', 'store', { spec: { clusterIP: 'None', selector: { app: 'store' } } }),
    object('v1', 'Namespace', NAMESPACE, {}),
    object('zonecontrol.k8s.aws/v1', 'ZoneDisruptionBudget', 'store', {
      spec: { maxUnavailable: 2, selector: { matchLabels: { app: 'store' } } },
    }),
    ...webhook(),
  ];
}

/** Semi-stateful pods that write their memory to a store when they exit. */
export function flusher(): TestObject[] {
  return [
    object('apps/v1', 'Deployment', 'flusher', {
      spec: {
        replicas: 6,
        minReadySeconds: 60,
        podReplacementPolicy: 'TerminationComplete',
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
        selector: { matchLabels: { app: 'flusher' } },
        template: {
          metadata: { labels: { app: 'flusher' } },
          spec: {
            terminationGracePeriodSeconds: 2400,
            topologySpreadConstraints: spread('flusher'),
            containers: [{ name: 'main', image: 'flusher:v1' }],
          },
        },
      },
    }),
    ...pods(
      ['1', '2', '3', '4', '5', '6'].map((number) => `flusher-5c6-${number}`),
      { kind: 'ReplicaSet', name: 'flusher-5c6' },
      'flusher',
      () => ({}),
    ),
    ...nodes(),
    object('v1', 'Namespace', NAMESPACE, {}),
    object('policy/v1', 'PodDisruptionBudget', 'flusher', {
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'flusher' } } },
    }),
  ];
}

function webhook(): TestObject[] {
  return [
    object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'kubectl-zone', {
      webhooks: [
        {
          name: 'evictions.kubectl-zone.dev',
          failurePolicy: 'Fail',
          namespaceSelector: {
            matchExpressions: [
              { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system'] },
            ],
          },
        },
      ],
    }),
    object('apps/v1', 'Deployment', 'kubectl-zone-webhook', {
      metadata: { namespace: 'kubectl-zone-system' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'webhook' } },
        template: {
          metadata: { labels: { app: 'webhook' } },
          spec: { containers: [{ name: 'webhook' }] },
        },
      },
    }),
  ];
}
