import type { GateRequest } from '../../gates/request.ts';
import type { ZoneSource } from '../../kube/zones.ts';
import type { FailureBudget } from '../decide/failures.ts';
import type { RolloutOptions } from '../decide/types.ts';
import type { PlannedChange } from './template.ts';

/** A rollout with all its settings, from flags and defaults. */
export interface RolloutRequest {
  options: RolloutOptions;
  /** Where the pods' zones come from; undefined for the workload's default. */
  zones: ZoneSource | undefined;
  gates: GateRequest;
  /** To be applied before the rollout; undefined if the template is already in that state. */
  change: PlannedChange | undefined;
  disableEviction: boolean;
  /** The operator has acknowledged the pods killed so far. */
  acceptKilled: boolean;
  restoreStrategy: boolean;
  /** Field managers of a Deployment that are known not to change the fields during the rollout. */
  allowedManagers: readonly string[];
  failureBudget: FailureBudget | undefined;
  /** Answers every question with yes. */
  yes: boolean;
  /** Notices for the operator before the rollout. */
  notices: readonly string[];
  /** The command line that resumes the rollout. */
  commandLine: string;
  /** The same after the change was applied, which must not be applied again. */
  commandLineAfterChange: string;
}
