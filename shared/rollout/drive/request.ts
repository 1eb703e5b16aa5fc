import type { GateRequest } from '../../gates/request.ts';
import type { FailureBudget } from '../decide/failures.ts';
import type { RolloutOptions } from '../decide/types.ts';
import type { PlannedChange } from './template.ts';

/** A rollout with all its settings, whoever chose them. */
export interface RolloutRequest {
  options: RolloutOptions;
  gates: GateRequest;
  /** To be made before the rollout; undefined also when the template is like that already. */
  change: PlannedChange | undefined;
  disableEviction: boolean;
  /** The operator knows of the pods that were killed so far. */
  acceptKilled: boolean;
  restoreStrategy: boolean;
  /** Managers of a Deployment's fields that are known to leave them alone during the rollout. */
  allowedManagers: readonly string[];
  failureBudget: FailureBudget | undefined;
  /** Answers every question with yes. */
  yes: boolean;
  /** What the operator should know before. */
  notices: readonly string[];
  /** The command line that resumes the rollout. */
  commandLine: string;
  /** The same once the change is made, which must not be made again. */
  commandLineAfterChange: string;
}
