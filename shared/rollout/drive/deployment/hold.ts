import type { Kube } from '../../../kube/kube.ts';
import { RESOURCES, resourcePath } from '../../../kube/paths.ts';
import { BRAKED, type BrakeFields } from '../../decide/deployment-brake.ts';
import { OWN_MANAGER } from '../../decide/deployment-hands.ts';
import { type RolledDeployment, readRolledDeployment } from '../../decide/deployment-objects.ts';
import type { FieldTest } from '../template.ts';
import { encodeOriginals, ORIGINALS_ANNOTATION, type Originals, PARKED_ROLLING_UPDATE } from './originals.ts';

/** What a change of the template is bound to: with all pods old, each missing brake would let pods of all zones go. */
export const BRAKE_TESTS: readonly FieldTest[] = [
  { path: '/spec/paused', value: true },
  { path: '/spec/minReadySeconds', value: BRAKED.minReadySeconds },
  { path: '/spec/strategy', value: BRAKED.strategy },
];

/** As it was found, for a Deployment all of whose pods are new. */
export function freeFields({ rollingUpdate, ...rest }: Originals): BrakeFields {
  return { ...rest, strategy: { type: 'RollingUpdate', rollingUpdate } };
}

/**
 * For one that is not finished: paused, since its controller would continue by itself, in any zone; and where somebody
 * resumes it, one pod at a time.
 */
export function parkedFields({ rollingUpdate: _, ...rest }: Originals): BrakeFields {
  return { ...rest, paused: true, strategy: { type: 'RollingUpdate', rollingUpdate: PARKED_ROLLING_UPDATE } };
}

/**
 * Leaves the maxSurge that somebody else has set during a rollout. With it there may be pods beyond `replicas` already, or
 * in a moment, and without it the controller would take as many at once, in any zone, also while it is paused.
 */
export function keepingSurge({ spec }: RolledDeployment, fields: BrakeFields): BrakeFields {
  const { maxSurge = 0 } = spec.strategy.rollingUpdate ?? {};
  const { maxUnavailable } = fields.strategy.rollingUpdate;
  return { ...fields, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } };
}

interface PatchOptions {
  /** Only if nothing about the Deployment has changed since it was read. */
  unchanged?: boolean;
  /** What to keep about how it was; null for nothing any more. */
  originals?: Originals | null;
}

/**
 * Sets the fields, if the Deployment still is this one.
 *
 * @throws ApiError 409 when it is not
 */
export async function patchDeployment(
  kube: Kube,
  { metadata }: RolledDeployment,
  fields: Partial<BrakeFields>,
  { unchanged = false, originals }: PatchOptions = {},
): Promise<RolledDeployment> {
  const { namespace, name, uid, resourceVersion } = metadata;
  const kept = originals && encodeOriginals(originals);
  const answer = await kube.request({
    method: 'PATCH',
    patch: 'merge',
    path: resourcePath({ ...RESOURCES.deployments, namespace, name }),
    query: { fieldManager: OWN_MANAGER },
    body: {
      metadata: {
        uid,
        ...(unchanged && { resourceVersion }),
        ...(kept !== undefined && { annotations: { [ORIGINALS_ANNOTATION]: kept } }),
      },
      spec: withoutZeros(fields),
    },
  });
  return readRolledDeployment(answer);
}

/** @throws ApiError 404 when it is gone */
export async function getDeployment(kube: Kube, { metadata }: RolledDeployment): Promise<RolledDeployment> {
  const { namespace, name } = metadata;
  return readRolledDeployment(
    await kube.request({ method: 'GET', path: resourcePath({ ...RESOURCES.deployments, namespace, name }) }),
  );
}

/** What is false or 0 is left out of an object, as the API server itself writes it. */
function withoutZeros({ paused, minReadySeconds, ...rest }: Partial<BrakeFields>): Record<string, unknown> {
  return {
    ...rest,
    ...(paused !== undefined && { paused: paused || null }),
    ...(minReadySeconds !== undefined && { minReadySeconds: minReadySeconds || null }),
  };
}
