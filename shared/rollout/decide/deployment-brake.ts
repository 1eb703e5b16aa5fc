/** The fields that stop a Deployment's controller from replacing pods. Pure. */
import type { RolledDeployment } from './deployment-objects.ts';

/** A year: longer than any rollout, and short enough not to overflow in the controllers. */
export const HELD_MIN_READY_SECONDS = 31_536_000;
/**
 * The API requires it to be above minReadySeconds; this value means no deadline (deployment/util, HasProgressDeadline).
 */
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

/** Every brake: the controller replaces no pod, and at most one if any single brake is lifted. */
export const BRAKED: BrakeFields = brakeFields(true, 1);

/** The fields under which the controller replaces this many pods in total, existing new ones included. */
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

/** Whether no new pod counts as available for the controller, according to the Deployment's own fields. */
export function isHeld({ spec, progressDeadlineSeconds }: RolledDeployment): boolean {
  return spec.minReadySeconds === HELD_MIN_READY_SECONDS && progressDeadlineSeconds === NO_PROGRESS_DEADLINE;
}

/** Whether every brake is on. */
export function isBraked(deployment: RolledDeployment): boolean {
  return brakeChanges(deployment, BRAKED).length === 0;
}

/** A field whose value differs from what we wrote. */
export interface BrakeChange {
  field: keyof BrakeFields;
  /** As a phrase: `minReadySeconds from 31536000 to 0`. */
  text: string;
}

/** Which brake fields were changed by others, compared with what we wrote. */
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
