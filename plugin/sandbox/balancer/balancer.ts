import type { Clock } from '../../../shared/clock.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { resourcePath } from '../../../shared/kube/paths.ts';
import type { PodNetwork } from '../services/http/network.ts';
import type { Binding } from './controller/bindings.ts';
import { type Cloud, startController } from './controller/controller.ts';
import { startInjectionWebhook } from './controller/webhook.ts';
import { type LoadBalancer, startLoadBalancer } from './load-balancer.ts';
import { BALANCER_TIMES, type BalancerTimes } from './settings.ts';
import { type DescribedTarget, TargetGroup } from './target-group.ts';

export interface BalancerOptions {
  kube: Kube;
  network: PodNetwork;
  clock: Clock;
  random: () => number;
  /** Latencies and timeouts of the load balancers; AWS's by default. */
  times?: BalancerTimes;
  onProblem(error: Error): void;
}

/** Load balancers for the Ingresses of a sandbox, and their controller. */
export interface Balancers {
  /** All targets of all target groups, as the API describes them. */
  targets(): DescribedTarget[];
  stop(): Promise<void>;
}

/**
 * Starts the AWS Load Balancer Controller of a sandbox, with load balancers that are real HTTP proxies. The status of
 * an Ingress contains the address of its load balancer. An Ingress with several Services gets a load balancer for each,
 * and its status lists them all: there are no path or host rules. Load balancers are kept until the end, even if their
 * Ingress is deleted.
 */
export async function startBalancers(options: BalancerOptions): Promise<Balancers> {
  const { kube, network, clock, random, times = BALANCER_TIMES, onProblem } = options;
  const behind = new Map<string, { group: TargetGroup; balancer: LoadBalancer; binding: Binding }>();

  const cloud: Cloud = {
    async ensure(binding) {
      const known = behind.get(binding.name);
      if (known) {
        known.group.settings = binding.settings;
        return known.group;
      }
      const group = new TargetGroup(binding.settings, network, clock, times);
      const balancer = await startLoadBalancer(group, times);
      behind.set(binding.name, { group, balancer, binding });
      const siblings = [...behind.values()].filter((each) => isSameIngress(each.binding, binding));
      await publish(
        kube,
        binding,
        siblings.map((each) => each.balancer.port),
      );
      return group;
    },
  };
  const controller = await startController({ kube, clock, random, cloud, onProblem });
  const webhook = await startInjectionWebhook(kube, controller.bindings);
  return {
    targets: () => [...behind.values()].flatMap(({ group }) => group.describe()),
    async stop() {
      await controller.stop();
      await webhook.close();
      for (const { group } of behind.values()) group.close();
      await Promise.all([...behind.values()].map(({ balancer }) => balancer.close()));
    },
  };
}

function isSameIngress(a: Binding, b: Binding): boolean {
  return a.namespace === b.namespace && a.ingress === b.ingress;
}

async function publish(kube: Kube, { namespace, ingress }: Binding, ports: readonly number[]): Promise<void> {
  const address = { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses', namespace };
  const where = ports.map((port) => ({ port, protocol: 'TCP' }));
  await kube.request({
    method: 'PATCH',
    patch: 'merge',
    path: resourcePath({ ...address, name: ingress, subresource: 'status' }),
    body: { status: { loadBalancer: { ingress: [{ ip: '127.0.0.1', ports: where }] } } },
  });
}
