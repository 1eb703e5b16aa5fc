import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { WorkloadName } from './decide/finding.ts';

/** A workload as the command line names it; its namespace is that of the connection. */
export type CheckTarget = Pick<WorkloadName, 'kind' | 'name'>;

/** `kubectl zone check` as its flags say. */
export interface CheckRequest {
  /** Empty for all of the namespace, or of the files. */
  targets: readonly CheckTarget[];
  /** Of labels of workloads. */
  selector: string | undefined;
  allNamespaces: boolean;
  /** Manifests to check in place of a cluster; `-` is stdin. */
  files: readonly string[];
  fix: boolean;
  yes: boolean;
  dryRun: 'client' | 'server' | undefined;
  output: 'json' | 'wide' | undefined;
  connection: ConnectOptions;
}
