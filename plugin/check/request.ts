import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { WorkloadName } from './decide/finding.ts';

/** A workload as named on the command line; its namespace is that of the connection. */
export type CheckTarget = Pick<WorkloadName, 'kind' | 'name'>;

/** The flags of `kubectl zone check`. */
export interface CheckRequest {
  /** Empty for all of the namespace, or of the files. */
  targets: readonly CheckTarget[];
  /** A label selector of workloads. */
  selector: string | undefined;
  allNamespaces: boolean;
  /** Manifests to check instead of a cluster; `-` is stdin. */
  files: readonly string[];
  fix: boolean;
  yes: boolean;
  dryRun: 'client' | 'server' | undefined;
  output: 'json' | 'yaml' | 'wide' | undefined;
  connection: ConnectOptions;
}
