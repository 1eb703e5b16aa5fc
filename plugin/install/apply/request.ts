import type { ConnectOptions } from '../../../shared/kube/connect.ts';

/** The flags of `kubectl zone install`. */
export interface InstallRequest {
  /** Of the webhook. */
  image: string | undefined;
  /** CRDs and roles only. */
  withoutWebhook: boolean;
  replicas: number | undefined;
  dryRun: 'client' | 'server' | undefined;
  output: 'json' | 'yaml' | undefined;
  yes: boolean;
  forceConflicts: boolean;
  /** If false, ends after applying everything that needs no waiting. */
  wait: boolean;
  timeoutMs: number;
  connection: ConnectOptions;
  /** As typed, for the hint on how to continue. */
  commandLine: string;
}
