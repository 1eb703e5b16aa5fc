import { BRAKED, type BrakeFields, brakeChanges } from '../../decide/deployment-brake.ts';
import { whoChanged } from '../../decide/deployment-hands.ts';
import type { RolledDeployment } from '../../decide/deployment-objects.ts';
import { type BrakeTools, brake } from './carry-out.ts';

/** What to do about it. */
export const LIFTED_FIX =
  'make sure that nothing else changes these fields during the rollout (kubectl zone rollout --help, --allow-manager), then run the same command';

/** It removes the field, so that nobody owns it afterwards. */
const RESUME_HINT = ' (kubectl rollout resume leaves no trace there)';

/** `deployment/api was changed by argocd-controller: paused from true to false`. */
export function liftedSentence(deployment: RolledDeployment, may: readonly BrakeFields[]): string {
  const [least = []] = may
    .map((fields) => brakeChanges(deployment, fields))
    .sort((a, b) => a.length - b.length);
  const managers = new Set(least.flatMap(({ field }) => whoChanged(deployment.managers, field) ?? []));
  const by =
    managers.size > 0
      ? [...managers].join(' and ')
      : `somebody whom its managedFields do not name${least.some(({ field }) => field === 'paused') ? RESUME_HINT : ''}`;
  const what = least.map(({ text }) => text).join(', ');
  return `deployment/${deployment.metadata.name} was changed by ${by}: ${what},`;
}

export interface BrakeGuardOptions extends Omit<BrakeTools, 'onBrake'> {
  /** The brake is on again, and the rollout must end. */
  onLifted(reason: string): void;
}

/**
 * Watches the brake while a Deployment is rolled out. At the first change of it by somebody else every brake is put on
 * again, and the rollout ends: who has changed it once will do so again, and one that puts back all of them in one write
 * leaves nothing to hold the controller with.
 */
export class BrakeGuard {
  readonly #options: BrakeGuardOptions;
  readonly #ended = new AbortController();
  #may: readonly BrakeFields[] = [BRAKED];
  /** Until the watch shows this generation, what it says of the brake is older than our own last act. */
  #generation = 0;
  #template: string | undefined;

  constructor(options: BrakeGuardOptions) {
    this.#options = options;
  }

  /** What the fields may be like from now on, by our own hand. */
  expect({ may, generation }: { may: readonly BrakeFields[]; generation: number }): void {
    this.#may = may;
    this.#generation = Math.max(this.#generation, generation);
  }

  /** To be called whenever the Deployment may have changed. */
  look(): void {
    const { watches, onNotice, onLifted } = this.#options;
    const deployment = watches.own?.deployment;
    if (!deployment || this.#ended.signal.aborted) return;
    if (deployment.metadata.generation < this.#generation) return;
    if (this.#template !== undefined && this.#template !== deployment.revision) {
      const by = whoChanged(deployment.managers, 'template') ?? 'somebody else';
      onNotice(`the template was changed by ${by}; the rollout continues with the new one`);
    }
    this.#template = deployment.revision;
    if (this.#may.some((fields) => brakeChanges(deployment, fields).length === 0)) return;
    this.end();
    const sentence = liftedSentence(deployment, this.#may);
    const said = (what: string) => onLifted(`${sentence} and ${what}; ${LIFTED_FIX}`);
    const braking = new AbortController();
    brake({ ...this.#options, onBrake: () => {} }, braking.signal).then(
      () => said('every brake was put on again'),
      (error: unknown) => said(`the brakes could not be put on again: ${String(error)}`),
    );
  }

  /** From now on others may change it. */
  end(): void {
    this.#ended.abort(new Error('the brake is guarded no more'));
  }
}
