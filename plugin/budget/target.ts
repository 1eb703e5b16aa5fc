import { RESOURCES, type ResourceAddress } from '../../shared/kube/paths.ts';
import { UsageError } from '../cli/errors.ts';
import { readSelectingWorkload, type SelectingWorkload } from './workload.ts';

/** A workload as the command line names it, and how its object is read. */
export interface WorkloadTarget {
  address: ResourceAddress & { name: string };
  read(object: unknown): SelectingWorkload;
}

const KINDS = [
  { words: ['sts', 'statefulset'], address: RESOURCES.statefulsets, kind: 'StatefulSet' },
  { words: ['deploy', 'deployment'], address: RESOURCES.deployments, kind: 'Deployment' },
  { words: ['rs', 'replicaset'], address: RESOURCES.replicasets, kind: 'ReplicaSet' },
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
  const found = KINDS.find(({ words, address }) =>
    words.some((each) => word === each || word === address.resource || word === `${address.resource}.apps`),
  );
  if (!found) {
    throw new UsageError(
      `--for: "${type}" is not a kind of workload that is known here`,
      'take a StatefulSet (sts), a Deployment (deploy) or a ReplicaSet (rs), or write the manifest by hand',
    );
  }
  return {
    address: { ...found.address, name },
    read: (object) => readSelectingWorkload(found.kind, object),
  };
}
