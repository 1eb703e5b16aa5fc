import { RESOURCES, type ResourceAddress } from '../../shared/kube/paths.ts';
import { UsageError } from '../errors.ts';
import { deploymentWorkload, replicaSetWorkload, statefulSetWorkload, type Workload } from './workload.ts';

/** A workload as the command line names it, and how its object is read. */
export interface WorkloadTarget {
  address: ResourceAddress & { name: string };
  read(object: unknown): Workload;
}

const KINDS = [
  { words: ['sts', 'statefulset'], address: RESOURCES.statefulsets, read: statefulSetWorkload },
  { words: ['deploy', 'deployment'], address: RESOURCES.deployments, read: deploymentWorkload },
  { words: ['rs', 'replicaset'], address: RESOURCES.replicasets, read: replicaSetWorkload },
] as const;

/**
 * Reads `TYPE/NAME` as `--for` takes it.
 *
 * @throws UsageError for anything else
 */
export function parseWorkload(text: string): WorkloadTarget {
  const [type = '', name = '', ...more] = text.split('/');
  if (type === '' || name === '' || more.length > 0) {
    throw new UsageError(
      `--for: "${text}" does not name a workload`,
      'write TYPE/NAME, such as sts/ingester',
    );
  }
  const word = type.toLowerCase();
  const kind = KINDS.find(({ words, address }) =>
    words.some((each) => word === each || word === address.resource || word === `${address.resource}.apps`),
  );
  if (!kind) {
    throw new UsageError(
      `--for: "${type}" is not a kind of workload that is known here`,
      'take a StatefulSet (sts), a Deployment (deploy) or a ReplicaSet (rs), or write the manifest by hand',
    );
  }
  return { address: { ...kind.address, name }, read: kind.read };
}
