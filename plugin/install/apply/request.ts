import type { ConnectOptions } from '../../../shared/kube/connect.ts';

/** `kubectl zone install` as its flags say. */
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
  /** False ends once everything is applied that needs no waiting. */
  wait: boolean;
  timeoutMs: number;
  connection: ConnectOptions;
  /** As typed, for the hint how to go on. */
  commandLine: string;
}
