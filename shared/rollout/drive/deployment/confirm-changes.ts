import type { DriveContext } from '../../../drive/operator.ts';
import { UserError } from '../../../errors.ts';
import { listNames } from '../../../sentences.ts';
import { reconcilersOf } from '../../decide/deployment-hands.ts';
import type { RolloutRequest } from '../request.ts';
import type { WatchedDeployment } from './watch.ts';

/**
 * Prints the template's changes, and asks once for confirmation of these and of the changes the rollout makes
 * to the Deployment.
 *
 * @throws UserError if the answer is no, without a terminal to ask on, and if there are more pods than
 * replicas or another manager would revert the changes
 */
export async function agreeToHold(
  { change, yes, allowedManagers }: RolloutRequest,
  { found: { deployment, replicaSets } }: WatchedDeployment,
  { operator }: DriveContext,
): Promise<void> {
  const { name, namespace } = deployment.metadata;
  const subject = `deployment/${name}`;
  const { replicas } = deployment.spec;
  const there = replicaSets.reduce((sum, set) => sum + set.replicas, 0);
  if (there > replicas && deployment.spec.paused) {
    const strategy = { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
    const patch = JSON.stringify({ spec: { replicas: there, strategy } });
    throw new UserError(
      `${subject} is paused with ${there - replicas} more than its ${replicas} pods: without maxSurge its controller would remove those in any zone`,
      `keep them for the rollout (kubectl -n ${namespace} patch ${subject} --type merge -p '${patch}'), and scale it back afterwards`,
    );
  }
  if (there > replicas) {
    throw new UserError(
      `${subject} is being rolled out by its controller, with ${there - replicas} more than its ${replicas} pods: paused now, it would remove those in any zone`,
      `let it finish (kubectl -n ${namespace} rollout status ${subject}); for the next one pause it before you change the template, or use --image or --restart`,
    );
  }
  const [reconciler] = reconcilersOf(deployment, allowedManagers);
  if (reconciler) {
    throw new UserError(
      `${reconciler.name} manages ${listNames(reconciler.fields)} of ${subject} and may put them back during the rollout, which would let its controller replace pods in any zone; nothing was changed`,
      `${reconciler.remedy}; then pass --allow-manager=${reconciler.name}`,
    );
  }
  if (change) {
    operator.say(`the template of ${subject} changes:`);
    for (const line of change.differences) operator.say(`  ${line}`);
  }
  if (yes) return;
  const what = change ? 'Change the template and replace' : 'Replace';
  const question = `${what} the pods of ${subject} zone by zone? Until that is done the Deployment is paused, with minReadySeconds, progressDeadlineSeconds, maxSurge and maxUnavailable of the rollout; it is then set back to what it is now.`;
  if (await operator.confirm(question, 'pass --yes')) return;
  throw new UserError(`${subject} was not changed; nothing was changed`, 'pass --yes');
}
