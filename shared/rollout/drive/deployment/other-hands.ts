import { BRAKED, type BrakeFields, brakeChanges } from '../../decide/deployment-brake.ts';
import { whoChanged } from '../../decide/deployment-hands.ts';
import type { RolledDeployment } from '../../decide/deployment-objects.ts';
import { type BrakeTools, brake } from './carry-out.ts';

/** The fix for a lifted brake. */
export const LIFTED_FIX =
  'make sure that nothing else changes these fields during the rollout (see --allow-manager in kubectl zone rollout --help), then run the same command';

/** Resuming removes the field, so afterwards it has no manager. */
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
      : `a client that its managedFields do not name${least.some(({ field }) => field === 'paused') ? RESUME_HINT : ''}`;
  const what = least.map(({ text }) => text).join(', ');
  return `deployment/${deployment.metadata.name} was changed by ${by}: ${what},`;
}

export interface BrakeGuardOptions extends Omit<BrakeTools, 'onBrake'> {
  /** The brake is on again, and the rollout must end. */
  onLifted(reason: string): void;
}

/**
 * Watches the brake during a rollout of a Deployment. On the first change by another client it puts every
 * brake on again and ends the rollout: a client that changed it once will do so again, and one that reverts
 * all brakes in a single write leaves nothing to stop the controller with.
 */
export class BrakeGuard {
  readonly #options: BrakeGuardOptions;
  readonly #ended = new AbortController();
  #may: readonly BrakeFields[] = [BRAKED];
  /** Until the watch reaches this generation, its view of the brake is older than our own last write. */
  #generation = 0;
  #template: string | undefined;

  constructor(options: BrakeGuardOptions) {
    this.#options = options;
  }

  /** The values the fields may have from now on, by our own writes. */
  expect({ may, generation }: { may: readonly BrakeFields[]; generation: number }): void {
    this.#may = may;
    this.#generation = Math.max(this.#generation, generation);
  }

  /** Must be called whenever the Deployment may have changed. */
  look(): void {
    const { watches, onNotice, onLifted } = this.#options;
    const deployment = watches.own?.deployment;
    if (!deployment || this.#ended.signal.aborted) return;
    if (deployment.metadata.generation < this.#generation) return;
    if (this.#template !== undefined && this.#template !== deployment.revision) {
      const by = whoChanged(deployment.managers, 'template') ?? 'another client';
      onNotice(`the template was changed by ${by}; the rollout continues with the new one`);
    }
    this.#template = deployment.revision;
    if (this.#may.some((fields) => brakeChanges(deployment, fields).length === 0)) return;
    this.end();
    const sentence = liftedSentence(deployment, this.#may);
    const said = (what: string) => onLifted(`${sentence} and ${what}; ${LIFTED_FIX}`);
    const braking = new AbortController();
    brake({ ...this.#options, onBrake: () => {} }, braking.signal).then(
      () => said('this was reverted'),
      (error: unknown) => said(`this could not be reverted: ${String(error)}`),
    );
  }

  /** From now on other clients may change it. */
  end(): void {
    this.#ended.abort(new Error('the guard has ended'));
  }
}
