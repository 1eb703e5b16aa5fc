import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { RemovalWay } from '../../shared/removals/pod-removal.ts';
import type { ProbeRequest } from '../probe/options.ts';
import type { DrainOptions } from './decide/types.ts';

/** `kubectl zone drain` as its flags say. */
export interface DrainRequest {
  targets: DrainTargets;
  options: DrainOptions;
  filters: DrainFilters;
  removal: RemovalWay;
  /** Undefined: nothing is probed. A dry run does not probe. */
  probe?: ProbeRequest | undefined;
  connection: ConnectOptions;
  timeoutMs: number | undefined;
  dryRun: 'client' | 'server' | undefined;
  output: 'plain' | 'json' | undefined;
  uncordonOnFailure: boolean;
  yes: boolean;
  /** The command line to repeat to go on with the drain. */
  commandLine: string;
}

/** Which nodes: all that are named, that the selector matches, or that are in one of the zones. */
export interface DrainTargets {
  names: readonly string[];
  /** Label selector as kubectl's `-l` takes it. */
  selector: string | undefined;
  zones: readonly string[];
}

/** kubectl drain's flags that say which pods leave. */
export interface DrainFilters {
  ignoreDaemonSets: boolean;
  deleteEmptyDirData: boolean;
  /** Also pods that no controller brings back. */
  force: boolean;
  /** Label selector; other pods are left where they are. */
  podSelector: string | undefined;
  /** Pods that have been terminating for longer are not waited for; undefined waits for all. */
  skipWaitForDeleteMs: number | undefined;
}
