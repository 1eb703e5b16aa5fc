import type { Clock } from '../../../../shared/clock.ts';
import { ApiError, type Kube } from '../../../../shared/kube/kube.ts';
import { RESOURCES, resourcePath } from '../../../../shared/kube/paths.ts';
import { watchCache } from '../../../../shared/kube/watch-cache.ts';
import type { TargetGroup } from '../target-group.ts';
import { type Binding, bindingsOf, gateOf } from './bindings.ts';
import { conditionFor, type GateCondition } from './condition.ts';
import { differences, type Endpoint, endpointsOf } from './endpoints.ts';
import { readIngress, readIngressClass, readService } from './ingresses.ts';
import { readBackendPod } from './objects.ts';

/** The controller's operations in AWS. */
export interface Cloud {
  /** The target group of a binding with its settings, behind a load balancer; created if it does not exist. */
  ensure(binding: Binding): Promise<TargetGroup>;
}

export interface ControllerOptions {
  kube: Kube;
  clock: Clock;
  random: () => number;
  cloud: Cloud;
  /** Called with errors that no caller waits for. */
  onProblem(error: Error): void;
}

/** A running controller. */
export interface Controller {
  bindings(): readonly Binding[];
  stop(): Promise<void>;
}

/**
 * Interval for polling the health of targets that pods wait for, as there are no notifications.
 * https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/pkg/targetgroupbinding/resource_manager.go
 */
const POLL_MS = 15_000;
const RETRY_MS = 1_000;

const NETWORKING = { group: 'networking.k8s.io', version: 'v1' };

/**
 * Starts the part of the AWS Load Balancer Controller that matters for a rolling update: it registers pods that are
 * ready for traffic in target groups, deregisters those that leave, and sets the readiness gates of pods from the
 * health of their targets. It sees the cluster only through the API.
 */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const { kube, clock, random, cloud, onProblem } = options;
  const watch = <T>(path: string, parse: (object: unknown) => T) =>
    watchCache({ kube, path, parse, clock, random, onProblem });
  const pods = watch(resourcePath(RESOURCES.pods), readBackendPod);
  const services = watch('/api/v1/services', readService);
  const ingresses = watch(resourcePath({ ...NETWORKING, resource: 'ingresses' }), readIngress);
  const classes = watch(resourcePath({ ...NETWORKING, resource: 'ingressclasses' }), readIngressClass);
  const caches = [pods, services, ingresses, classes];
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let cancelPoll = () => {};

  const bindings = () =>
    bindingsOf(ingresses.items.values(), services.items.values(), [...classes.items.values()]);

  /** @returns whether a pod waits for its target */
  const reconcile = async (binding: Binding): Promise<boolean> => {
    const group = await cloud.ensure(binding);
    const endpoints = endpointsOf(binding, pods.items.values());
    const targets = group.describe();
    const { register, deregister } = differences(endpoints, targets);
    for (const target of deregister) group.deregister(target);
    for (const target of register) group.register(target);
    const gate = gateOf(binding);
    let waits = false;
    for (const endpoint of endpoints) {
      const condition = conditionFor(endpoint, gate, targets, clock.nowMs());
      if (condition) await tell(kube, endpoint, condition);
      waits ||= isWaiting(endpoint, gate, condition);
    }
    return waits;
  };

  const reconcileAll = async () => {
    do {
      again = false;
      let waits = false;
      for (const binding of bindings()) waits = (await reconcile(binding)) || waits;
      cancelPoll();
      if (waits && !stopped) cancelPoll = clock.schedule(POLL_MS, look);
    } while (again && !stopped);
  };

  function look(): void {
    if (stopped) return;
    again = true;
    running ??= reconcileAll()
      .catch((error: unknown) => {
        onProblem(error instanceof Error ? error : new Error(String(error)));
        cancelPoll();
        if (!stopped) cancelPoll = clock.schedule(RETRY_MS, look);
      })
      .finally(() => {
        running = undefined;
        if (again) look();
      });
  }

  await Promise.all(caches.map(({ synced }) => synced));
  for (const cache of caches) cache.onChange(look);
  look();
  return {
    bindings,
    async stop() {
      stopped = true;
      cancelPoll();
      await running;
      await Promise.all(caches.map((cache) => cache.stop()));
    },
  };
}

/** Writes a condition; the uid protects a successor of the pod, and a deleted pod needs none. */
async function tell(kube: Kube, { pod }: Endpoint, condition: GateCondition): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  try {
    await kube.request({
      method: 'PATCH',
      patch: 'strategic',
      path: resourcePath({ ...RESOURCES.pods, namespace, name, subresource: 'status' }),
      body: { metadata: { uid }, status: { conditions: [condition] } },
    });
  } catch (error) {
    if (!(error instanceof ApiError) || (error.code !== 404 && error.code !== 409)) throw error;
  }
}

function isWaiting({ pod }: Endpoint, gate: string, written: GateCondition | undefined): boolean {
  if (!pod.spec.readinessGates.some(({ conditionType }) => conditionType === gate)) return false;
  const { status } = written ??
    pod.status.conditions.find(({ type }) => type === gate) ?? { status: 'False' };
  return status !== 'True';
}
