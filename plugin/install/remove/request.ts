import type { ConnectOptions } from '../../../shared/kube/connect.ts';

/** The flags of `kubectl zone uninstall`. */
export interface UninstallRequest {
  /** Also delete the CRDs, and with them all budgets. */
  deleteCrds: boolean;
  dryRun: 'client' | 'server' | undefined;
  yes: boolean;
  timeoutMs: number;
  connection: ConnectOptions;
  /** As typed, for the hint on how to continue. */
  commandLine: string;
}
