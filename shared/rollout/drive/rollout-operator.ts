import * as z from 'zod/mini';
import { UserError } from '../../errors.ts';
import { ApiError, type Kube } from '../../kube/kube.ts';
import { listAll } from '../../kube/list.ts';
import { ObjectMetaSchema } from '../../kube/objects/metadata.ts';
import { RESOURCES, resourcePath } from '../../kube/paths.ts';
import { GROUP_LABEL } from '../decide/grafana.ts';
import type { Workload } from '../decide/workload.ts';

const Deployment = z.object({
  metadata: ObjectMetaSchema,
  spec: z.object({
    replicas: z._default(z.number(), 1),
    template: z.object({
      spec: z.object({ containers: z.array(z.object({ image: z._default(z.string(), '') })) }),
    }),
  }),
});
type Deployment = z.infer<typeof Deployment>;

/** Grafana's rollout-operator, if it acts on a workload, and a notice if that cannot be known. */
export interface FoundOperator {
  /** Name of its Deployment, in the namespace of the workload. */
  deployment: string | undefined;
  notice: string | undefined;
}

/**
 * Looks for Grafana's rollout-operator where it would replace pods of the workload: it runs in the same namespace, and
 * handles all StatefulSets with the label `rollout-group`.
 *
 * @throws ApiError, ConnectionError, unless listing Deployments is forbidden
 */
export async function findRolloutOperator(kube: Kube, { id, members }: Workload): Promise<FoundOperator> {
  const none: FoundOperator = { deployment: undefined, notice: undefined };
  const handled = members.filter(
    ({ kind, metadata }) => kind === 'statefulset' && metadata.labels[GROUP_LABEL] !== undefined,
  );
  if (handled.length === 0) return none;
  try {
    const path = resourcePath({ ...RESOURCES.deployments, namespace: id.namespace });
    const { items } = await listAll(kube, { path });
    const found = items.map((item) => Deployment.parse(item)).find(isOperator);
    return { ...none, deployment: found?.metadata.name };
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 403)) throw error;
    return {
      ...none,
      notice:
        "deployments may not be listed: if Grafana's rollout-operator runs in this namespace, it replaces pods of these StatefulSets too; make sure that it does not",
    };
  }
}

/** The error for a rollout beside the operator. */
export function operatorActs({ id }: Workload, deployment: string): UserError {
  const { namespace, subject } = id;
  return new UserError(
    `deployment/${deployment} is Grafana's rollout-operator and replaces the pods of ${subject} by itself: two tools at once would disrupt two zones; nothing was changed`,
    `let it roll out the change; or stop it first: kubectl -n ${namespace} scale deployment ${deployment} --replicas=0 (its webhooks may then refuse evictions and scaling; see docs/migrate-from-rollout-operator.md)`,
  );
}

function isOperator({ metadata, spec }: Deployment): boolean {
  if (spec.replicas === 0) return false;
  const { name, labels } = metadata;
  return (
    labels['app.kubernetes.io/name'] === 'rollout-operator' ||
    /^(?:.*-)?rollout-operator$/.test(name) ||
    spec.template.spec.containers.some(({ image }) => /(?:^|\/)rollout-operator(?:[:@]|$)/.test(image))
  );
}
