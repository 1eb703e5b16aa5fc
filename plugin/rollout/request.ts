import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { FailureBudget } from '../../shared/rollout/decide/failures.ts';
import type { RolloutRequest } from '../../shared/rollout/drive/request.ts';
import type { TemplateChange } from '../../shared/rollout/drive/template.ts';
import type { EventOutput } from '../cli/print-data.ts';
import type { Target } from '../cli/target.ts';
import type { ProbeRequest } from '../probe/options.ts';
import type { GivenSettings, Settings } from './settings.ts';

/** The flags of `kubectl zone rollout`. */
export interface RolloutFlags extends GivenSettings {
  target: Target;
  /** Applied before the rollout. */
  change: TemplateChange | undefined;
  connection: ConnectOptions;
  timeoutMs: number | undefined;
  output: EventOutput | undefined;
  disableEviction: boolean;
  /** The operator has acknowledged the pods killed so far. */
  acceptKilled: boolean;
  restoreStrategy: boolean;
  /** Managers of a Deployment's fields that are known not to change them during the rollout. */
  allowedManagers: readonly string[];
  failureBudget: FailureBudget | undefined;
  /** Undefined for no probes. A dry run does not probe. */
  probe?: ProbeRequest | undefined;
  yes: boolean;
  /** The command line that resumes the rollout. */
  commandLine: string;
  /** The same, once the change is applied. */
  commandLineAfterChange: string;
}

/** The complete parameters of a rollout. */
export interface RolloutCommand extends RolloutRequest, Settings {
  timeoutMs: number | undefined;
  output: EventOutput | undefined;
  probe?: ProbeRequest | undefined;
}
