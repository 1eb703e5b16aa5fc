import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withEntry } from '../../../../plugin/check/decide/annotations.ts';
import { preStop } from './cases.ts';
import { all, type Change, findingsOf, patched, plus, without } from './objects.ts';
import { flusher, NAMESPACE, store, web } from './well-made.ts';

const ATTRIBUTES = 'alb.ingress.kubernetes.io/target-group-attributes';
const ZONE = 'topology.kubernetes.io/zone';

const annotated = (annotations: Record<string, string | null>) =>
  patched('Ingress', { metadata: { annotations } });
const template = (spec: Record<string, unknown>) => patched('Deployment', { spec: { template: { spec } } });
const told = (base: typeof web, change: Change) =>
  findingsOf(change(base())).map(({ severity, id }) => `${severity} ${id}`);
const patchesOf = (base: typeof web, change: Change) =>
  findingsOf(change(base())).flatMap(({ patches }) => patches.map(({ kind, body }) => ({ kind, body })));

describe('behind a load balancer', () => {
  it('pods do not need to outlast the delay of node targets', () => {
    const nodes = annotated({
      'alb.ingress.kubernetes.io/target-type': 'instance',
      [ATTRIBUTES]: 'deregistration_delay.timeout_seconds=600',
    });
    assert.deepEqual(told(web, nodes), ['warning instance-targets']);
  });

  it('an unset delay is configured instead of slept through', () => {
    const unset = annotated({ [ATTRIBUTES]: 'stickiness.enabled=true' });
    assert.deepEqual(patchesOf(web, unset), [
      {
        kind: 'Ingress',
        body: {
          metadata: {
            annotations: { [ATTRIBUTES]: 'stickiness.enabled=true,deregistration_delay.timeout_seconds=30' },
          },
        },
      },
    ]);
    const bare = patchesOf(web, all(unset, preStop(null)));
    assert.deepEqual(bare.map(({ kind }) => kind).sort(), ['Deployment', 'Ingress']);
  });

  it('a configured delay is slept through, with a matching grace period', () => {
    const long = annotated({ [ATTRIBUTES]: 'deregistration_delay.timeout_seconds=120' });
    const lifecycle = { preStop: { sleep: { seconds: 130 } } };
    assert.deepEqual(patchesOf(web, long), [
      {
        kind: 'Deployment',
        body: {
          spec: {
            template: {
              spec: { terminationGracePeriodSeconds: 160, containers: [{ name: 'main', lifecycle }] },
            },
          },
        },
      },
    ]);
  });

  it('a delay known only to AWS is not guessed', () => {
    const byHand = plus({
      apiVersion: 'elbv2.k8s.aws/v1beta1',
      kind: 'TargetGroupBinding',
      metadata: { name: 'web', namespace: NAMESPACE },
      spec: { serviceRef: { name: 'web' }, targetType: 'ip' },
    });
    assert.deepEqual(told(web, all(without('Ingress'), byHand, preStop({ sleep: { seconds: 5 } }))), []);
    assert.deepEqual(told(web, all(without('Ingress'), byHand, preStop(null))), ['error prestop-missing']);
  });

  it('a sidecar serves as long as the regular containers', () => {
    const proxy = template({
      initContainers: [
        {
          name: 'proxy',
          restartPolicy: 'Always',
          ports: [{ name: 'proxied', containerPort: 15001 }],
          readinessProbe: { periodSeconds: 5 },
        },
      ],
    });
    const toProxy = patched('Service', { spec: { ports: [{ port: 80, targetPort: 'proxied' }] } });
    assert.deepEqual(told(web, all(proxy, toProxy)), []);
    assert.deepEqual(told(web, all(proxy, toProxy, preStop(null))), ['error prestop-missing']);
  });

  it('a sidecar is found and patched among the init containers', () => {
    const sidecar = {
      name: 'proxy',
      restartPolicy: 'Always',
      ports: [{ name: 'proxied', containerPort: 15001 }],
    };
    const slow = { ...sidecar, readinessProbe: { periodSeconds: 60, failureThreshold: 3 } };
    const toProxy = patched('Service', { spec: { ports: [{ port: 80, targetPort: 'proxied' }] } });
    const found = findingsOf(all(template({ initContainers: [slow] }), toProxy)(web()));
    const [{ id, evidence, patches } = assert.fail()] = found;
    assert.equal(id, 'readiness-probe-slow');
    assert.equal(evidence[0]?.field, 'spec.template.spec.initContainers[proxy].readinessProbe.periodSeconds');
    assert.deepEqual(
      patches.map(({ body }) => body),
      [
        {
          spec: {
            template: {
              spec: {
                initContainers: [
                  { name: 'proxy', readinessProbe: { periodSeconds: 10, failureThreshold: 3 } },
                ],
              },
            },
          },
        },
      ],
    );
    const bare = findingsOf(all(template({ initContainers: [sidecar] }), toProxy, preStop(null))(web()));
    assert.deepEqual(
      bare.map(({ evidence: seen }) => seen.at(-1)?.field),
      [
        'spec.template.spec.initContainers[proxy].lifecycle.preStop',
        'spec.template.spec.initContainers[proxy].readinessProbe',
      ],
    );
  });

  it('a startup probe makes a missing readiness probe less severe', () => {
    const started = template({
      containers: [{ name: 'main', readinessProbe: null, startupProbe: { periodSeconds: 1 } }],
    });
    assert.deepEqual(told(web, started), ['warning readiness-probe-missing']);
  });

  it('an image without a shell is recognised by its name', () => {
    const drain = { exec: { command: ['sh', '-c', 'sleep 40; nginx -s quit'] } };
    const bare = template({ containers: [{ name: 'main', image: 'gcr.io/distroless/base:nonroot' }] });
    assert.deepEqual(told(web, preStop(drain)), []);
    assert.deepEqual(told(web, all(bare, preStop(drain))), ['warning prestop-needs-shell']);
  });
});

describe('elsewhere', () => {
  it('a volume that two zones share is bound to neither', () => {
    const only = patched('Node', { spec: { unschedulable: true } }, 'zone-b-2');
    const values = ['zone-b', 'zone-c'];
    const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values }] }] };
    const regional = patched('PersistentVolume', { spec: { nodeAffinity: { required } } });
    assert.deepEqual(told(store, only), ['warning volume-zone-without-spare']);
    assert.deepEqual(told(store, all(only, regional)), []);
  });

  it('pods without a grace period do not flush for nearly all of it', () => {
    const none = template({
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', lifecycle: null }],
    });
    assert.ok(!told(web, none).some((finding) => finding.includes('grace-period-near-flush')));
  });

  it('a spread over nodes is not a spread over zones', () => {
    const topologySpreadConstraints = [
      { topologyKey: ZONE, $patch: 'delete' },
      { topologyKey: 'kubernetes.io/hostname', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' },
    ];
    assert.deepEqual(told(web, template({ topologySpreadConstraints })), ['warning topology-spread-missing']);
  });

  it('a preferred anti-affinity is an optional spread, which is less severe for stateless pods', () => {
    const podAffinityTerm = { topologyKey: ZONE, labelSelector: { matchLabels: { app: 'web' } } };
    const preferred = template({
      topologySpreadConstraints: null,
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm }],
        },
      },
    });
    assert.deepEqual(told(web, preferred), ['info topology-spread-optional']);
  });

  it('pods belong to the Deployment of their ReplicaSet', () => {
    const renamed: Change = (objects) =>
      objects.map((object) =>
        object.kind === 'Deployment' || object.kind === 'Pod'
          ? (JSON.parse(JSON.stringify(object).replaceAll('"web-7d9f8c"', '"web-b-7d9f8c"')) as typeof object)
          : object,
      );
    const oneZone = patched('Pod', { spec: { nodeName: 'zone-a-1' } });
    assert.deepEqual(told(web, oneZone), ['warning one-zone']);
    assert.deepEqual(told(web, all(oneZone, renamed)), []);
    const both = all(oneZone, renamed, patched('Deployment', { metadata: { name: 'web-b' } }));
    assert.deepEqual(told(web, both), ['warning one-zone']);
  });

  it('zone rules do not apply to a Deployment that only flushes', () => {
    const grown = patched('Deployment', { spec: { strategy: { rollingUpdate: { maxUnavailable: 6 } } } });
    assert.deepEqual(told(flusher, grown), ['error max-unavailable-all']);
  });

  it('a PodDisruptionBudget is not relaxed if nothing else protects the pods', () => {
    const narrow = plus({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'store', namespace: NAMESPACE },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'store' } } },
    });
    const unprotected = all(narrow, without('ValidatingWebhookConfiguration'));
    assert.deepEqual(told(store, unprotected), ['error webhook-missing']);
    const gap = { topic: 'validatingwebhookconfigurations', reason: 'not shown', expected: true } as const;
    const [finding, ...others] = findingsOf(unprotected(store()), [gap]);
    assert.deepEqual([finding?.id, finding?.patches, others], ['pdb-narrows-zone-budget', [], []]);
  });

  it('a workload that is scaled to zero has no findings', () => {
    const scaled = patched('StatefulSet', { spec: { replicas: 0 } });
    assert.deepEqual(told(store, all(scaled, without('ZoneDisruptionBudget'))), []);
  });

  it('an entry is changed if it exists, otherwise added', () => {
    assert.equal(withEntry('a=1, b=2', 'b', '3'), 'a=1,b=3');
    assert.equal(withEntry(undefined, 'b', '3'), 'b=3');
    assert.equal(withEntry('', 'b', '3'), 'b=3');
  });
});
