import type { Kube } from '../../kube/kube.ts';
import type { WorkloadKind } from '../decide/workload.ts';
import { fetchDeployment } from './deployment/fetch.ts';
import { fetchedStatefulSet } from './statefulset-port.ts';
import type { FetchedWorkload } from './workload-port.ts';

/**
 * Reads the workload that the command line names.
 *
 * @throws UserError that names those there are when it is not there, and for one that cannot be rolled out
 */
export function fetchWorkload(
  kube: Kube,
  { kind, name }: { kind: WorkloadKind; name: string },
): Promise<FetchedWorkload> {
  return kind === 'statefulset' ? fetchedStatefulSet(kube, name) : fetchDeployment(kube, name);
}
