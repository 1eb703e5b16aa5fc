import { UserError } from '../../shared/errors.ts';
import { CredentialError } from '../../shared/kube/credentials.ts';
import { ApiError, ConnectionError, KubeconfigError } from '../../shared/kube/kube.ts';

/** Exit codes of all commands. */
export const EXIT = { done: 0, failed: 1, usage: 2, stopped: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command line is invalid; the cluster was not contacted. */
export class UsageError extends UserError {
  override readonly name = 'UsageError';
  override readonly end = 'usage';
}

/** What to print for an error, and the exit code. */
export interface ErrorReport {
  message: string;
  fix: string | undefined;
  exitCode: ExitCode;
  /** Set for a bug in this program, to be reported. */
  stack: string | undefined;
}

/** Converts anything thrown into a message and an exit code. */
export function describeError(error: unknown): ErrorReport {
  if (error instanceof UserError) {
    return { message: error.message, fix: error.fix, exitCode: EXIT[error.end], stack: undefined };
  }
  if (error instanceof ApiError) {
    const fix = error.code === 401 ? 'log in again, or check the credentials in your kubeconfig' : undefined;
    return {
      message: `the API server answered ${error.code}: ${error.message}`,
      fix,
      exitCode: EXIT.failed,
      stack: undefined,
    };
  }
  if (error instanceof KubeconfigError) {
    return { message: error.message, fix: undefined, exitCode: EXIT.failed, stack: undefined };
  }
  if (error instanceof CredentialError) {
    const fix = 'log in again, and check with: kubectl auth whoami';
    return { message: error.message, fix, exitCode: EXIT.failed, stack: undefined };
  }
  if (error instanceof ConnectionError) {
    return {
      message: error.message,
      fix: 'check that the API server is reachable: kubectl get --raw /readyz',
      exitCode: EXIT.failed,
      stack: undefined,
    };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: 'this is a bug in kubectl-zone', fix: undefined, exitCode: EXIT.failed, stack };
}
