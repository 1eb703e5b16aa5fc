import { delay } from '../../../shared/clock.ts';
import { UserError } from '../../../shared/errors.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { readDeployment, readPod } from '../../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';
import { watchCache } from '../../../shared/kube/watch-cache.ts';
import type { Context } from '../../cli/context.ts';
import type { DescribedTarget } from '../../sandbox/balancer/target-group.ts';
import { isSettled } from './settling.ts';
import { NAME, NAMESPACE } from './workload.ts';

/** The workload, as any client of the API and the load balancer sees it. */
export interface WorkloadWatch {
  /** Resolves once it has settled. Rejects when the signal aborts, or after `PATIENCE_MS`. */
  settled(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** A load balancer's API cannot be watched, only polled. */
const LOOK_MS = 500;
const PATIENCE_MS = 10 * 60_000;

export async function watchWorkload(
  kube: Kube,
  { clock, random }: Pick<Context, 'clock' | 'random'>,
  targets: () => DescribedTarget[],
): Promise<WorkloadWatch> {
  const watch = <T>(path: string, parse: (object: unknown) => T) =>
    watchCache({ kube, path, parse, clock, random });
  const pods = watch(resourcePath({ ...RESOURCES.pods, namespace: NAMESPACE }), readPod);
  const deployments = watch(resourcePath({ ...RESOURCES.deployments, namespace: NAMESPACE }), readDeployment);
  const stop = async () => {
    await Promise.all([pods.stop(), deployments.stop()]);
  };
  try {
    await Promise.all([pods.synced, deployments.synced]);
  } catch (error) {
    await stop();
    throw error;
  }
  const hasSettled = () =>
    isSettled({
      deployment: deployments.items.get(`${NAMESPACE}/${NAME}`),
      pods: [...pods.items.values()],
      targets: targets(),
    });
  return {
    async settled(signal) {
      const untilMs = clock.nowMs() + PATIENCE_MS;
      while (!hasSettled()) {
        await delay(clock, LOOK_MS, signal);
        if (clock.nowMs() > untilMs) throw new UserError('the rolling update did not finish');
      }
    },
    stop,
  };
}
