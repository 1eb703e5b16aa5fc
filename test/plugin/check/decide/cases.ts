/** For each rule a small change that breaks only that rule, and a similar one that breaks none. */
import { all, type Change, NOW_MS, patched, plus, without } from './objects.ts';
import { flusher, NAMESPACE, store, web } from './well-made.ts';

export interface Case {
  id: string;
  base: typeof web;
  broken: Change;
  fine: Change;
}

const GATE_LABEL = 'elbv2.k8s.aws/pod-readiness-gate-inject';
const ZONE = 'topology.kubernetes.io/zone';

const template = (kind: string, spec: Record<string, unknown>, name?: string) =>
  patched(kind, { spec: { template: { spec } } }, name);
const main = (kind: string, container: Record<string, unknown>) =>
  template(kind, { containers: [{ name: 'main', ...container }] }, kind === 'Deployment' ? 'web' : undefined);
const preStop = (hook: Record<string, unknown> | null) =>
  main('Deployment', { lifecycle: hook === null ? null : { preStop: { sleep: null, exec: null, ...hook } } });
const podBudget = (spec: Record<string, unknown>) => patched('PodDisruptionBudget', { spec });
const annotations = (kind: string, values: Record<string, string | null>) =>
  patched(kind, { metadata: { annotations: values } });
const rollingUpdate = (limits: Record<string, unknown>, name: string) =>
  patched('Deployment', { spec: { strategy: { rollingUpdate: limits } } }, name);
const storeUpdate = (updateStrategy: Record<string, unknown>) =>
  patched('StatefulSet', { spec: { updateStrategy } });
const ofZone = (zone: string | null) => patched('Pod', { spec: { nodeName: zone } });
const terminatingFor = (seconds: number, graceSeconds: number) =>
  patched(
    'Pod',
    {
      metadata: {
        deletionTimestamp: new Date(NOW_MS + (graceSeconds - seconds) * 1000).toISOString(),
        deletionGracePeriodSeconds: graceSeconds,
      },
    },
    'store-5',
  );
const podDisruptionBudget = (name: string, app: string, maxUnavailable: number) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace: NAMESPACE },
  spec: { maxUnavailable, selector: { matchLabels: { app } } },
});
const LOAD_BALANCER: readonly Case[] = [
  {
    id: 'readiness-gate-missing',
    base: web,
    broken: patched('Namespace', { metadata: { labels: { [GATE_LABEL]: null } } }),
    fine: all(
      patched('Namespace', { metadata: { labels: { [GATE_LABEL]: null } } }),
      template('Deployment', {
        readinessGates: [{ conditionType: 'target-health.elbv2.k8s.aws/k8s-shop-web-0123456789' }],
      }),
    ),
  },
  {
    id: 'readiness-gate-legacy',
    base: web,
    broken: all(
      patched('Namespace', { metadata: { labels: { [GATE_LABEL]: 'disabled' } } }),
      template('Deployment', {
        readinessGates: [{ conditionType: 'target-health.alb.ingress.k8s.aws/web_web_80' }],
      }),
    ),
    fine: template('Deployment', {
      readinessGates: [{ conditionType: 'target-health.alb.ingress.k8s.aws/web_web_80' }],
    }),
  },
  {
    id: 'readiness-gate-not-injected',
    base: web,
    broken: patched('Pod', { spec: { readinessGates: null } }, 'web-7d9f8c-3'),
    fine: patched(
      'Pod',
      { metadata: { deletionTimestamp: '2026-03-01T11:59:59Z' }, spec: { readinessGates: null } },
      'web-7d9f8c-3',
    ),
  },
  {
    id: 'instance-targets',
    base: web,
    broken: annotations('Ingress', { 'alb.ingress.kubernetes.io/target-type': 'instance' }),
    fine: all(
      annotations('Ingress', { 'alb.ingress.kubernetes.io/target-type': 'instance' }),
      annotations('Service', { 'alb.ingress.kubernetes.io/target-type': 'ip' }),
    ),
  },
  {
    id: 'prestop-missing',
    base: web,
    broken: preStop(null),
    fine: preStop({ httpGet: { path: '/drain', port: 'http' } }),
  },
  {
    id: 'prestop-too-short',
    base: web,
    broken: preStop({ sleep: { seconds: 30 } }),
    fine: preStop({ sleep: { seconds: 31 } }),
  },
  {
    id: 'prestop-needs-shell',
    base: web,
    broken: preStop({ exec: { command: ['/bin/sh', '-c', 'sleep 40'] } }),
    fine: preStop({ exec: { command: ['/app/drain', '--wait', '40s'] } }),
  },
  {
    id: 'readiness-probe-missing',
    base: web,
    broken: main('Deployment', { readinessProbe: null }),
    fine: all(main('Deployment', { readinessProbe: null }), without('Service')),
  },
  {
    id: 'readiness-probe-slow',
    base: web,
    broken: main('Deployment', { readinessProbe: { periodSeconds: 11 } }),
    fine: main('Deployment', { readinessProbe: { periodSeconds: 10 } }),
  },
];

const STOPPING: readonly Case[] = [
  {
    id: 'grace-period-too-short',
    base: web,
    broken: template('Deployment', { terminationGracePeriodSeconds: 40 }),
    fine: all(
      template('Deployment', { terminationGracePeriodSeconds: 40 }),
      preStop({ httpGet: { path: '/drain', port: 'http' } }),
    ),
  },
  {
    id: 'grace-period-tight',
    base: web,
    broken: template('Deployment', { terminationGracePeriodSeconds: 49 }),
    fine: template('Deployment', { terminationGracePeriodSeconds: 50 }),
  },
  {
    id: 'grace-period-near-flush',
    base: store,
    broken: terminatingFor(1920, 2400),
    fine: terminatingFor(1919, 2400),
  },
];

const PLACES: readonly Case[] = [
  {
    id: 'single-replica',
    base: web,
    broken: patched('Deployment', { spec: { replicas: 1 } }, 'web'),
    fine: all(patched('Deployment', { spec: { replicas: 1 } }, 'web'), without('Service')),
  },
  {
    id: 'one-zone',
    base: web,
    broken: ofZone('zone-a-1'),
    fine: all(ofZone('zone-a-1'), template('Deployment', { nodeSelector: { [ZONE]: 'zone-a' } })),
  },
  {
    id: 'topology-spread-missing',
    base: store,
    broken: template('StatefulSet', { topologySpreadConstraints: null }),
    fine: template('StatefulSet', {
      topologySpreadConstraints: null,
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: ['zone-a'] }] }],
          },
        },
      },
    }),
  },
  {
    id: 'topology-spread-optional',
    base: store,
    broken: template('StatefulSet', {
      topologySpreadConstraints: [{ topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway' }],
    }),
    fine: template('StatefulSet', {
      topologySpreadConstraints: [
        { topologyKey: 'kubernetes.io/hostname', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' },
      ],
    }),
  },
  {
    id: 'volume-zone-without-spare',
    base: store,
    broken: patched('Node', { spec: { unschedulable: true } }, 'zone-b-2'),
    fine: all(patched('Node', { spec: { unschedulable: true } }, 'zone-b-2'), without('PersistentVolume')),
  },
];

const BUDGETS: readonly Case[] = [
  {
    id: 'budget-missing',
    base: web,
    broken: without('PodDisruptionBudget'),
    fine: podBudget({ maxUnavailable: '50%' }),
  },
  {
    id: 'pdb-allows-none',
    base: web,
    broken: podBudget({ maxUnavailable: null, minAvailable: '84%' }),
    fine: podBudget({ maxUnavailable: null, minAvailable: '83%' }),
  },
  {
    id: 'pdb-overlap',
    base: web,
    broken: plus(podDisruptionBudget('second', 'web', 1)),
    fine: plus(podDisruptionBudget('second', 'other', 1)),
  },
  {
    id: 'pdb-narrows-zone-budget',
    base: store,
    broken: plus(podDisruptionBudget('store', 'store', 1)),
    fine: plus(podDisruptionBudget('store', 'store', 2)),
  },
  {
    id: 'zone-budget-allows-none',
    base: store,
    broken: patched('ZoneDisruptionBudget', { spec: { maxUnavailable: '0%' } }),
    fine: patched('ZoneDisruptionBudget', { spec: { maxUnavailable: '1%' } }),
  },
  {
    id: 'zone-budget-overlap',
    base: store,
    broken: plus({
      apiVersion: 'zonecontrol.k8s.aws/v1',
      kind: 'ZoneDisruptionBudget',
      metadata: { name: 'second', namespace: NAMESPACE },
      spec: { maxUnavailable: 2, selector: { matchLabels: { app: 'store' } } },
    }),
    fine: plus({
      apiVersion: 'zonecontrol.k8s.aws/v1',
      kind: 'ZoneDisruptionBudget',
      metadata: { name: 'second', namespace: NAMESPACE },
      spec: { maxUnavailable: 2 },
    }),
  },
];

const REPLACING: readonly Case[] = [
  {
    id: 'recreate-strategy',
    base: web,
    broken: patched('Deployment', { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } }, 'web'),
    fine: all(
      patched('Deployment', { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } }, 'web'),
      without('Service'),
    ),
  },
  {
    id: 'max-unavailable-all',
    base: web,
    broken: rollingUpdate({ maxUnavailable: '100%' }, 'web'),
    fine: rollingUpdate({ maxUnavailable: '99%' }, 'web'),
  },
  {
    id: 'max-unavailable-across-zones',
    base: store,
    broken: storeUpdate({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } }),
    fine: all(
      storeUpdate({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } }),
      without('ZoneDisruptionBudget'),
      plus(podDisruptionBudget('store', 'store', 1)),
    ),
  },
  {
    id: 'rolling-update-ignores-zones',
    base: store,
    broken: storeUpdate({ type: 'RollingUpdate' }),
    fine: all(
      storeUpdate({ type: 'RollingUpdate' }),
      without('ZoneDisruptionBudget'),
      plus(podDisruptionBudget('store', 'store', 1)),
    ),
  },
  {
    id: 'on-delete-stale',
    base: store,
    broken: patched('StatefulSet', { status: { updateRevision: 'store-3' } }),
    fine: patched('StatefulSet', { status: { updateRevision: '' } }),
  },
  {
    id: 'pod-management-ordered',
    base: store,
    broken: patched('StatefulSet', { spec: { podManagementPolicy: 'OrderedReady' } }),
    fine: patched('StatefulSet', { spec: { podManagementPolicy: 'OrderedReady', replicas: 3 } }),
  },
];

const FLUSHING: readonly Case[] = [
  {
    id: 'surge-while-flushing',
    base: flusher,
    broken: rollingUpdate({ maxSurge: null, maxUnavailable: 1 }, 'flusher'),
    fine: all(
      rollingUpdate({ maxSurge: null, maxUnavailable: 1 }, 'flusher'),
      template('Deployment', { terminationGracePeriodSeconds: 299 }),
    ),
  },
  {
    id: 'several-flush-together',
    base: flusher,
    broken: rollingUpdate({ maxUnavailable: '34%' }, 'flusher'),
    fine: rollingUpdate({ maxUnavailable: '33%' }, 'flusher'),
  },
  {
    id: 'flush-not-awaited',
    base: flusher,
    broken: patched('Deployment', { spec: { podReplacementPolicy: 'TerminationStarted' } }),
    fine: all(
      patched('Deployment', { spec: { podReplacementPolicy: null } }),
      template('Deployment', {
        terminationGracePeriodSeconds: 320,
        containers: [{ name: 'main', lifecycle: { preStop: { sleep: { seconds: 40 } } } }],
      }),
    ),
  },
  {
    id: 'min-ready-seconds-missing',
    base: flusher,
    broken: patched('Deployment', { spec: { minReadySeconds: null } }),
    fine: all(
      patched('Deployment', { spec: { minReadySeconds: null } }),
      template('Deployment', { terminationGracePeriodSeconds: 60 }),
    ),
  },
];

const WEBHOOK: readonly Case[] = [
  {
    id: 'webhook-missing',
    base: store,
    broken: patched('ValidatingWebhookConfiguration', {
      webhooks: [{ name: 'evictions.kubectl-zone.dev', namespaceSelector: { matchLabels: { a: 'b' } } }],
    }),
    fine: all(
      without('ValidatingWebhookConfiguration'),
      without('ZoneDisruptionBudget'),
      plus(podDisruptionBudget('store', 'store', 1)),
    ),
  },
  {
    id: 'webhook-fails-open',
    base: store,
    broken: patched('ValidatingWebhookConfiguration', {
      webhooks: [{ name: 'evictions.kubectl-zone.dev', failurePolicy: 'Ignore' }],
    }),
    fine: patched('ValidatingWebhookConfiguration', {
      webhooks: [{ name: 'another.example.com', failurePolicy: 'Ignore' }],
    }),
  },
  {
    id: 'webhook-single',
    base: store,
    broken: patched('Deployment', { spec: { replicas: 1 } }, 'kubectl-zone-webhook'),
    fine: patched('Deployment', { spec: { replicas: 3 } }, 'kubectl-zone-webhook'),
  },
];

export const CASES: readonly Case[] = [
  ...LOAD_BALANCER,
  ...STOPPING,
  ...PLACES,
  ...BUDGETS,
  ...REPLACING,
  ...FLUSHING,
  ...WEBHOOK,
];

export { preStop };
