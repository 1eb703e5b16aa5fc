import type { Kube } from '../../kube/kube.ts';
import type { MemberKind } from '../decide/workload-id.ts';
import { fetchDeployment } from './deployment/fetch.ts';
import { fetchGroup, fetchSelected, fetchStatefulSet } from './fetch-sets.ts';
import type { FetchedWorkload } from './workload-port.ts';

/** A workload as it is named on the command line. */
export type WorkloadTarget =
  | { kind: MemberKind; name: string }
  /** The StatefulSets with the label rollout-group; a selector tells groups of the same name apart. */
  | { kind: 'group'; name: string; selector?: string | undefined }
  /** StatefulSets that a label selector matches. */
  | { kind: 'selected'; selector: string };

/**
 * Gets the workload named on the command line.
 *
 * @throws UserError that lists the existing ones if it does not exist, or if it cannot be rolled out
 */
export function fetchWorkload(kube: Kube, target: WorkloadTarget): Promise<FetchedWorkload> {
  switch (target.kind) {
    case 'statefulset':
      return fetchStatefulSet(kube, target.name);
    case 'deployment':
      return fetchDeployment(kube, target.name);
    case 'group':
      return fetchGroup(kube, target);
    case 'selected':
      return fetchSelected(kube, target.selector);
  }
}
