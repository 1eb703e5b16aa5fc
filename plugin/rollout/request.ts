import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { FailureBudget } from '../../shared/rollout/decide/failures.ts';
import type { RolloutRequest } from '../../shared/rollout/drive/request.ts';
import type { TemplateChange } from '../../shared/rollout/drive/template.ts';
import type { Target } from '../cli/target.ts';
import type { ProbeRequest } from '../probe/options.ts';
import type { GivenSettings, Settings } from './settings.ts';

/** `kubectl zone rollout` as its flags say. */
export interface RolloutFlags extends GivenSettings {
  target: Target;
  /** To be made before the rollout. */
  change: TemplateChange | undefined;
  connection: ConnectOptions;
  timeoutMs: number | undefined;
  output: 'plain' | 'json' | undefined;
  disableEviction: boolean;
  /** The operator knows of the pods that were killed so far. */
  acceptKilled: boolean;
  restoreStrategy: boolean;
  /** Managers of a Deployment's fields that are known to leave them alone during the rollout. */
  allowedManagers: readonly string[];
  failureBudget: FailureBudget | undefined;
  /** Undefined: nothing is probed. A dry run does not probe. */
  probe?: ProbeRequest | undefined;
  yes: boolean;
  /** The command line to repeat to go on with the rollout. */
  commandLine: string;
  /** The same once the change is made. */
  commandLineAfterChange: string;
}

/** A rollout as the command runs it. */
export interface RolloutCommand extends RolloutRequest, Settings {
  timeoutMs: number | undefined;
  output: 'plain' | 'json' | undefined;
  probe?: ProbeRequest | undefined;
}
