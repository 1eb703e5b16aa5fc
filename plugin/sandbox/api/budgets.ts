import type { LabelSelector } from '../../../shared/kube/selectors.ts';
import { fieldsAt, type KubeObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import { StatusError } from './errors.ts';
import type { Objects } from './objects.ts';
import { BUDGETS, type Resource } from './resources.ts';
import { selects } from './selectors.ts';

/** PodDisruptionBudgets whose selector matches a pod; an empty selector matches every pod of the namespace. */
export function budgetsOf(store: Store, pod: KubeObject): KubeObject[] {
  return store
    .list(BUDGETS, pod.metadata.namespace)
    .filter((budget) =>
      selects(fieldsAt(budget, 'spec').selector as LabelSelector | undefined, pod.metadata.labels),
    );
}

/**
 * Takes one disruption from a budget, like registry/core/pod/storage/eviction.go.
 *
 * @throws StatusError 429 with cause DisruptionBudget if the budget allows none
 */
export function spend(
  objects: Objects,
  resource: Resource,
  budget: KubeObject,
  podName: string,
  now: string,
  dryRun: boolean,
): void {
  const { name, namespace, generation } = budget.metadata;
  const status = fieldsAt(budget, 'status');
  if (Number(status.observedGeneration ?? 0) < (generation ?? 0))
    throw overBudget(`The disruption budget ${name} is still being processed by the server.`);
  if (Number(status.disruptionsAllowed ?? 0) <= 0)
    throw overBudget(
      `The disruption budget ${name} needs ${Number(status.desiredHealthy ?? 0)} healthy pods and has ${Number(status.currentHealthy ?? 0)} currently`,
    );
  objects.update(
    resource,
    namespace,
    name,
    (current) => {
      const before = fieldsAt(current, 'status');
      return {
        ...current,
        status: {
          ...before,
          disruptionsAllowed: Number(before.disruptionsAllowed) - 1,
          disruptedPods: { ...fieldsAt(before, 'disruptedPods'), [podName]: now },
        },
      };
    },
    { subresource: 'status', dryRun },
  );
}

function overBudget(cause: string): StatusError {
  return new StatusError(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    { causes: [{ reason: 'DisruptionBudget', message: cause }] },
  );
}
