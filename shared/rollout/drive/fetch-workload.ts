import type { Kube } from '../../kube/kube.ts';
import type { MemberKind } from '../decide/workload-id.ts';
import { fetchDeployment } from './deployment/fetch.ts';
import { fetchedStatefulSet } from './statefulset-port.ts';
import type { FetchedWorkload } from './workload-port.ts';

/**
 * Gets the workload named on the command line.
 *
 * @throws UserError that lists the existing ones if it does not exist, or if it cannot be rolled out
 */
export function fetchWorkload(
  kube: Kube,
  { kind, name }: { kind: MemberKind; name: string },
): Promise<FetchedWorkload> {
  return kind === 'statefulset' ? fetchedStatefulSet(kube, name) : fetchDeployment(kube, name);
}
