import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fastClock } from '../../../../plugin/demo/fast-clock.ts';
import { type Balancers, startBalancers } from '../../../../plugin/sandbox/balancer/balancer.ts';
import { systemClock } from '../../../../shared/clock.ts';
import { testContext } from '../../../helpers/context.ts';
import { type Body, type Client, patchType, withSandbox } from '../client.ts';
import { DEPLOYMENTS, deployment, PODS } from '../objects.ts';

const GATE = /^target-health\.elbv2\.k8s\.aws\/k8s-default-web-/;
const INGRESSES = '/apis/networking.k8s.io/v1/namespaces/default/ingresses';
const SERVES = { 'sim.kubectl-zone.dev/serves': 'http', 'sim.kubectl-zone.dev/start': '1s' };

function web(replicas: number): object {
  return deployment('web', replicas, {
    template: {
      metadata: { labels: { app: 'web' }, annotations: SERVES },
      spec: { containers: [{ name: 'web', image: 'shop:v1', ports: [{ containerPort: 8080 }] }] },
    },
  });
}

const INGRESS = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web', annotations: { 'alb.ingress.kubernetes.io/target-type': 'ip' } },
  spec: { ingressClassName: 'alb', defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
};
const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
};

/** A sandbox with an Ingress, its load balancer and a clock fifty times as fast. */
async function withBalancers(
  label: 'enabled' | 'disabled',
  test: (client: Client, balancers: Balancers) => Promise<void>,
): Promise<void> {
  const clock = fastClock(systemClock, 50);
  const folder = await mkdtemp(join(tmpdir(), 'balancer-'));
  try {
    await withSandbox({ clock }, async (client, { kubeconfig: config, network }) => {
      const labels = { 'elbv2.k8s.aws/pod-readiness-gate-inject': label };
      await client.call('PATCH', '/api/v1/namespaces/default', { metadata: { labels } }, patchType('merge'));
      await client.call('POST', '/api/v1/namespaces/default/services', SERVICE);
      await client.call('POST', INGRESSES, INGRESS);
      const kubeconfig = join(folder, 'kubeconfig');
      await writeFile(kubeconfig, config);
      const kube = await testContext({}).context.connect({ kubeconfig });
      const problems: string[] = [];
      const onProblem = ({ message }: Error) => void problems.push(message);
      const balancers = await startBalancers({ kube, network, clock, random: Math.random, onProblem });
      try {
        await test(client, balancers);
        assert.deepEqual(problems, []);
      } finally {
        await balancers.stop();
        await kube.close();
      }
    });
  } finally {
    clock.stop();
    await rm(folder, { recursive: true });
  }
}

function condition(pod: Body, accepts: (type: string) => boolean): Body {
  return pod.status.conditions?.find(({ type }: { type: string }) => accepts(type));
}
const isGate = (type: string) => GATE.test(type);
const isReady = (pod: Body) => condition(pod, (type) => type === 'Ready')?.status === 'True';

describe('the load balancers of a sandbox', () => {
  it('hold pods back until their targets are healthy, where the namespace asks for it', async () => {
    await withBalancers('enabled', async (client, balancers) => {
      await client.call('POST', DEPLOYMENTS, web(2));
      const registering = await client.until(PODS, (pods) =>
        pods.some((pod) => condition(pod, isGate)?.status === 'False'),
      );
      for (const pod of registering) assert.match(pod.spec.readinessGates[0].conditionType, GATE);
      assert.ok(!registering.some(isReady), 'containers are ready before their targets are');
      const pods = await client.until(PODS, (seen) => seen.length > 0 && seen.every(isReady));
      assert.equal(pods.length, 2, 'no pod is made twice while webhooks are asked');
      assert.ok(pods.every((pod) => condition(pod, isGate)?.status === 'True'));
      const healthy = balancers.targets().filter(({ health }) => health.state === 'healthy');
      assert.deepEqual(
        new Set(healthy.map(({ podIP }) => podIP)),
        new Set(pods.map((pod) => pod.status.podIP)),
      );
    });
  });

  it('do not hold pods back elsewhere, and let go of those that leave', async () => {
    await withBalancers('disabled', async (client, balancers) => {
      await client.call('POST', DEPLOYMENTS, web(1));
      const [pod] = await client.until(PODS, (pods) => pods.length > 0 && pods.every(isReady));
      assert.equal(pod.spec.readinessGates, undefined);
      const state = () => balancers.targets().find(({ podIP }) => podIP === pod.status.podIP)?.health.state;
      await until(() => state() === 'healthy');
      await client.call('DELETE', `${PODS}/${pod.metadata.name}`);
      await until(() => state() === 'draining');
    });
  });

  it('serve what the status of the Ingress tells', async () => {
    await withBalancers('disabled', async (client, balancers) => {
      await client.call('POST', DEPLOYMENTS, web(1));
      await until(() => balancers.targets().some(({ health }) => health.state === 'healthy'));
      const { body } = await client.call('GET', `${INGRESSES}/web`);
      const [{ ip, ports }] = body.status.loadBalancer.ingress;
      const answer = await fetch(`http://${ip}:${ports[0].port}/`);
      assert.match(await answer.text(), /^web-.* shop:v1\n$/);
    });
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
