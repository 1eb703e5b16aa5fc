import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { RemovalWay } from '../../shared/removals/pod-removal.ts';
import type { EventOutput } from '../cli/print-data.ts';
import type { ProbeRequest } from '../probe/options.ts';
import type { DrainOptions } from './decide/types.ts';

/** The flags of `kubectl zone drain`. */
export interface DrainRequest {
  targets: DrainTargets;
  options: DrainOptions;
  filters: DrainFilters;
  removal: RemovalWay;
  /** Undefined for no probes. A dry run does not probe. */
  probe?: ProbeRequest | undefined;
  connection: ConnectOptions;
  timeoutMs: number | undefined;
  dryRun: 'client' | 'server' | undefined;
  output: EventOutput | undefined;
  uncordonOnFailure: boolean;
  yes: boolean;
  /** What the user should know before the start. */
  notices?: readonly string[];
  /** The command line that resumes the drain. */
  commandLine: string;
}

/** The target nodes: all that are named, match the selector, or are in one of the zones. */
export interface DrainTargets {
  names: readonly string[];
  /** Label selector, like kubectl's `-l`. */
  selector: string | undefined;
  zones: readonly string[];
}

/** kubectl drain's flags that select the pods to evict. */
export interface DrainFilters {
  ignoreDaemonSets: boolean;
  deleteEmptyDirData: boolean;
  /** Include pods that no controller recreates. */
  force: boolean;
  /** Label selector; other pods stay. */
  podSelector: string | undefined;
  /** Pods that have been terminating for longer are not waited for; undefined waits for all. */
  skipWaitForDeleteMs: number | undefined;
}
