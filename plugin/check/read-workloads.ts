import { getOrExplain } from '../../shared/kube/get-or-explain.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { resourcePath } from '../../shared/kube/paths.ts';
import type { WorkloadName } from './decide/finding.ts';
import { WORKLOAD_KINDS } from './kinds.ts';
import type { CheckTarget } from './request.ts';

/** The requested workloads. */
export interface Scope {
  /** Undefined for all namespaces. */
  namespace: string | undefined;
  /** Empty for all; names require a namespace. */
  targets: readonly CheckTarget[];
  /** Label selector of workloads, as kubectl's `-l` takes it. */
  selector: string | undefined;
}

const KINDS: readonly WorkloadName['kind'][] = ['Deployment', 'StatefulSet'];

export interface WorkloadObject {
  kind: WorkloadName['kind'];
  /** As returned by the API server. */
  object: unknown;
}

/**
 * Reads the requested workloads.
 *
 * @throws UserError if a named workload does not exist; it lists the existing ones
 */
export async function readWorkloads(kube: Kube, scope: Scope): Promise<WorkloadObject[]> {
  const { namespace, targets, selector } = scope;
  if (targets.length > 0) return Promise.all(targets.map((target) => readOne(kube, target, namespace)));
  const listed = await Promise.all(
    KINDS.map(async (kind) => {
      const path = resourcePath({ ...WORKLOAD_KINDS[kind].address, namespace });
      const { items } = await listAll(kube, { path, query: { labelSelector: selector } });
      return items.map((object): WorkloadObject => ({ kind, object }));
    }),
  );
  return listed.flat();
}

async function readOne(
  kube: Kube,
  { kind, name }: CheckTarget,
  namespace: string | undefined,
): Promise<WorkloadObject> {
  const address = { ...WORKLOAD_KINDS[kind].address, namespace, name };
  return { kind, object: await getOrExplain(kube, address, kind.toLowerCase()) };
}
