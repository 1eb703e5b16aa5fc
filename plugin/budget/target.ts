import { RESOURCES, type ResourceAddress } from '../../shared/kube/paths.ts';
import { UsageError } from '../cli/errors.ts';
import { readSelectingWorkload, type SelectingWorkload } from './workload.ts';

/** A workload as named on the command line, and its API address. */
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
 * Parses the `TYPE/NAME` of `--for`.
 *
 * @throws UsageError for anything else
 */
export function parseWorkload(text: string): WorkloadTarget {
  const [type = '', name = '', ...more] = text.split('/');
  if (type === '' || name === '' || more.length > 0) {
    throw new UsageError(`--for: "${text}" is not a workload`, 'use TYPE/NAME, for example sts/ingester');
  }
  const word = type.toLowerCase();
  const found = KINDS.find(({ words, address }) =>
    words.some((each) => word === each || word === address.resource || word === `${address.resource}.apps`),
  );
  if (!found) {
    throw new UsageError(
      `--for: "${type}" is not supported`,
      'use a StatefulSet (sts), a Deployment (deploy) or a ReplicaSet (rs), or write the manifest by hand',
    );
  }
  return {
    address: { ...found.address, name },
    read: (object) => readSelectingWorkload(found.kind, object),
  };
}
