import type { Kube } from '../../shared/kube/kube.ts';
import type { Target } from '../commands/target.ts';
import { fetchDeployment } from './deployment/fetch.ts';
import type { FetchedWorkload } from './port.ts';
import { fetchedStatefulSet } from './statefulset-port.ts';

/**
 * Reads the workload that the command line names.
 *
 * @throws UserError that names those there are when it is not there, and for one that cannot be rolled out
 */
export function fetchWorkload(kube: Kube, { kind, name }: Target): Promise<FetchedWorkload> {
  return kind === 'statefulset' ? fetchedStatefulSet(kube, name) : fetchDeployment(kube, name);
}
