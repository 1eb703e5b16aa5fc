/** The fields that keep a Deployment's controller from replacing pods by itself. Pure. */
import type { RolledDeployment } from './deployment-objects.ts';

/** A year: longer than any rollout, and below every overflow of the controllers' times. */
export const HELD_MIN_READY_SECONDS = 31_536_000;
/** For the API it must be above minReadySeconds; this value says that there is no deadline (deployment/util, HasProgressDeadline). */
export const NO_PROGRESS_DEADLINE = 2_147_483_647;

/** The fields of a Deployment that its rollout changes. */
export interface BrakeFields {
  paused: boolean;
  minReadySeconds: number;
  progressDeadlineSeconds: number;
  strategy: {
    type: 'RollingUpdate';
    rollingUpdate: { maxSurge: number | string; maxUnavailable: number | string };
  };
}

/** Every brake: the controller replaces no pod, and at most one where somebody lifts any single one of them. */
export const BRAKED: BrakeFields = brakeFields(true, 1);

/** The fields under which the controller replaces this many pods in all, the new ones that there are among them. */
export function releasedFields(maxUnavailable: number): BrakeFields {
  return brakeFields(false, maxUnavailable);
}

function brakeFields(paused: boolean, maxUnavailable: number): BrakeFields {
  return {
    paused,
    minReadySeconds: HELD_MIN_READY_SECONDS,
    progressDeadlineSeconds: NO_PROGRESS_DEADLINE,
    // Surge and unavailability must not both be 0.
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable } },
  };
}

/** Whether no new pod counts as available for the controller, as far as the Deployment's own fields say. */
export function isHeld({ spec, progressDeadlineSeconds }: RolledDeployment): boolean {
  return spec.minReadySeconds === HELD_MIN_READY_SECONDS && progressDeadlineSeconds === NO_PROGRESS_DEADLINE;
}

/** Whether every brake is on. */
export function isBraked(deployment: RolledDeployment): boolean {
  return brakeChanges(deployment, BRAKED).length === 0;
}

/** A field that is not as it was written. */
export interface BrakeChange {
  field: keyof BrakeFields;
  /** As a sentence has it: `minReadySeconds from 31536000 to 0`. */
  text: string;
}

/** Which of the brake's fields somebody else has changed, given how we have written them. */
export function brakeChanges(deployment: RolledDeployment, written: BrakeFields): readonly BrakeChange[] {
  const { spec, progressDeadlineSeconds } = deployment;
  const { type, rollingUpdate = {} } = spec.strategy;
  const pairs: readonly [keyof BrakeFields, string, unknown, unknown][] = [
    ['paused', 'paused', written.paused, spec.paused],
    ['minReadySeconds', 'minReadySeconds', written.minReadySeconds, spec.minReadySeconds],
    [
      'progressDeadlineSeconds',
      'progressDeadlineSeconds',
      written.progressDeadlineSeconds,
      progressDeadlineSeconds ?? 'none',
    ],
    ['strategy', 'strategy', written.strategy.type, type],
    ...(['maxSurge', 'maxUnavailable'] as const).map(
      (key) =>
        ['strategy', key, written.strategy.rollingUpdate[key], rollingUpdate[key] ?? 'none'] as [
          keyof BrakeFields,
          string,
          unknown,
          unknown,
        ],
    ),
  ];
  return pairs
    .filter(([, , before, now]) => before !== now)
    .map(([field, name, before, now]) => ({ field, text: `${name} from ${before} to ${now}` }));
}
