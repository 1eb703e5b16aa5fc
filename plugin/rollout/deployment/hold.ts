import type { Kube } from '../../../shared/kube/kube.ts';
import { RESOURCES, resourcePath } from '../../../shared/kube/paths.ts';
import { type RolledDeployment, readRolledDeployment } from '../../../shared/rollout/deployment-objects.ts';
import { HELD_MIN_READY_SECONDS, NO_PROGRESS_DEADLINE } from '../../../shared/rollout/deployment-step.ts';
import type { FieldTest } from '../template.ts';
import { type Originals, parkedRollingUpdate } from './originals.ts';

/** The fields of a Deployment that its rollout changes. */
interface HeldFields {
  paused: boolean;
  minReadySeconds: number;
  progressDeadlineSeconds: number;
  strategy: { type: 'RollingUpdate'; rollingUpdate: Originals['rollingUpdate'] };
}

/** Every brake: the controller replaces no pod, and at most one where somebody lifts any single one of them. */
export const BRAKED: HeldFields = heldFields(true, 1);

/** What a change of the template is bound to: with all pods old, each missing brake would let pods of all zones go. */
export const BRAKE_TESTS: readonly FieldTest[] = [
  { path: '/spec/paused', value: true },
  { path: '/spec/minReadySeconds', value: HELD_MIN_READY_SECONDS },
  { path: '/spec/strategy', value: BRAKED.strategy },
];

/** The fields under which the controller replaces this many pods in all, the new ones that there are among them. */
export function releasedFields(maxUnavailable: number): HeldFields {
  return heldFields(false, maxUnavailable);
}

function heldFields(paused: boolean, maxUnavailable: number): HeldFields {
  return {
    paused,
    minReadySeconds: HELD_MIN_READY_SECONDS,
    progressDeadlineSeconds: NO_PROGRESS_DEADLINE,
    // Surge and unavailability must not both be 0.
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable } },
  };
}

/** As it was found, for a Deployment all of whose pods are new. */
export function freeFields({ rollingUpdate, ...rest }: Originals): HeldFields {
  return { ...rest, strategy: { type: 'RollingUpdate', rollingUpdate } };
}

/** As it was found but paused, for one that is not finished: its controller would go on by itself, in any zone. */
export function parkedFields({ rollingUpdate, ...rest }: Originals): HeldFields {
  const strategy = { type: 'RollingUpdate', rollingUpdate: parkedRollingUpdate(rollingUpdate) } as const;
  return { ...rest, paused: true, strategy };
}

/**
 * Sets the fields, if the Deployment still is this one, and with `unchanged` if nothing about it has changed.
 *
 * @throws ApiError 409 when it is not
 */
export async function patchDeployment(
  kube: Kube,
  { metadata }: RolledDeployment,
  fields: Partial<HeldFields>,
  { unchanged = false }: { unchanged?: boolean } = {},
): Promise<RolledDeployment> {
  const { namespace, name, uid, resourceVersion } = metadata;
  const answer = await kube.request({
    method: 'PATCH',
    patch: 'merge',
    path: resourcePath({ ...RESOURCES.deployments, namespace, name }),
    body: { metadata: { uid, ...(unchanged && { resourceVersion }) }, spec: withoutZeros(fields) },
  });
  return readRolledDeployment(answer);
}

/** What is false or 0 is left out of an object, as the API server itself writes it. */
function withoutZeros({ paused, minReadySeconds, ...rest }: Partial<HeldFields>): Record<string, unknown> {
  return {
    ...rest,
    ...(paused !== undefined && { paused: paused || null }),
    ...(minReadySeconds !== undefined && { minReadySeconds: minReadySeconds || null }),
  };
}
