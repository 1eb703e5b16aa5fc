import type { Options } from 'yargs';
import type { FailureBudget } from '../../shared/rollout/decide/failures.ts';
import { type Arguments, read } from '../cli/command.ts';
import { durationOption } from '../cli/connection.ts';
import { UsageError } from '../cli/errors.ts';

const POD_TIMEOUT = { text: '15m', ms: 15 * 60_000 };

/** The flags of the failure budget, as data for a command. */
export const FAILURE_OPTIONS: Readonly<Record<string, Options>> = {
  'max-failed': {
    type: 'string',
    describe:
      'Stop (exit code 3) when more new pods than this are not Ready within --pod-timeout; 0 if only that is set',
  },
  'pod-timeout': {
    type: 'string',
    describe: `How long a new pod may be unready in total; ${POD_TIMEOUT.text} if only --max-failed is set`,
  },
};

/**
 * The failure budget from the command line; undefined with neither flag: then the rollout waits for failed pods.
 *
 * @throws UsageError that names the flag
 */
export function failureBudgetFrom(args: Arguments): FailureBudget | undefined {
  const most = read.text(args, 'max-failed');
  const podTimeoutMs = durationOption(args, 'pod-timeout');
  if (most === undefined && podTimeoutMs === undefined) return undefined;
  if (most !== undefined && !/^\d{1,6}$/.test(most)) {
    throw new UsageError(`--max-failed: "${most}" is not a number of pods`, 'for example 0 or 3');
  }
  if (podTimeoutMs === 0) {
    throw new UsageError('--pod-timeout: must be more than 0', 'remove it to wait without a limit');
  }
  return { maxFailed: Number(most ?? 0), podTimeoutMs: podTimeoutMs ?? POD_TIMEOUT.ms };
}
