import type { ConnectOptions } from '../../../shared/kube/connect.ts';

/** `kubectl zone uninstall` as its flags say. */
export interface UninstallRequest {
  /** Take away the CRDs, and with them everybody's budgets. */
  deleteCrds: boolean;
  dryRun: 'client' | 'server' | undefined;
  yes: boolean;
  timeoutMs: number;
  connection: ConnectOptions;
  /** As typed, for the hint how to go on. */
  commandLine: string;
}
