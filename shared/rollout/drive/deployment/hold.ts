import type { Kube } from '../../../kube/kube.ts';
import { RESOURCES, resourcePath } from '../../../kube/paths.ts';
import { BRAKED, type BrakeFields } from '../../decide/deployment-brake.ts';
import { OWN_MANAGER } from '../../decide/deployment-hands.ts';
import { type RolledDeployment, readRolledDeployment } from '../../decide/deployment-objects.ts';
import type { FieldTest } from '../template.ts';
import { encodeOriginals, ORIGINALS_ANNOTATION, type Originals, PARKED_ROLLING_UPDATE } from './originals.ts';
import { FENCE_ANNOTATION } from './replica-sets.ts';

/**
 * Preconditions of a template change: while all pods are old, any missing brake would let the controller
 * replace pods in all zones.
 */
export const BRAKE_TESTS: readonly FieldTest[] = [
  { path: '/spec/paused', value: true },
  { path: '/spec/minReadySeconds', value: BRAKED.minReadySeconds },
  { path: '/spec/strategy', value: BRAKED.strategy },
];

/** The original fields, for a Deployment whose pods are all new. */
export function freeFields({ rollingUpdate, ...rest }: Originals): BrakeFields {
  return { ...rest, strategy: { type: 'RollingUpdate', rollingUpdate } };
}

/**
 * For an unfinished rollout: paused, because the controller would otherwise continue in any zone; and limited
 * to one pod at a time if the Deployment is resumed.
 */
export function parkedFields({ rollingUpdate: _, ...rest }: Originals): BrakeFields {
  return { ...rest, paused: true, strategy: { type: 'RollingUpdate', rollingUpdate: PARKED_ROLLING_UPDATE } };
}

/**
 * Keeps a maxSurge that was set by others during a rollout. With it there may be, now or soon, pods beyond
 * `replicas`; without it the controller would remove that many at once, in any zone, even while paused.
 */
export function keepingSurge({ spec }: RolledDeployment, fields: BrakeFields): BrakeFields {
  const { maxSurge = 0 } = spec.strategy.rollingUpdate ?? {};
  const { maxUnavailable } = fields.strategy.rollingUpdate;
  return { ...fields, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } };
}

interface PatchOptions {
  /** Only if the Deployment has not changed since it was read. */
  unchanged?: boolean;
  /** Original values to store; null removes them, and the annotation of a fence. */
  originals?: Originals | null;
  /** Changes the Deployment in any case, so that requests bound to an earlier version fail. */
  fence?: boolean;
}

/**
 * Sets the fields, if the Deployment still has the same uid.
 *
 * @throws ApiError 409 if it does not
 */
export async function patchDeployment(
  kube: Kube,
  { metadata }: RolledDeployment,
  fields: Partial<BrakeFields>,
  { unchanged = false, originals, fence = false }: PatchOptions = {},
): Promise<RolledDeployment> {
  const { namespace, name, uid, resourceVersion } = metadata;
  const annotations = {
    ...(originals && { [ORIGINALS_ANNOTATION]: encodeOriginals(originals) }),
    ...(originals === null && { [ORIGINALS_ANNOTATION]: null, [FENCE_ANNOTATION]: null }),
    ...(fence && { [FENCE_ANNOTATION]: resourceVersion }),
  };
  const answer = await kube.request({
    method: 'PATCH',
    patch: 'merge',
    path: resourcePath({ ...RESOURCES.deployments, namespace, name }),
    query: { fieldManager: OWN_MANAGER },
    body: {
      metadata: {
        uid,
        ...(unchanged && { resourceVersion }),
        annotations,
      },
      spec: withoutZeros(fields),
    },
  });
  return readRolledDeployment(answer);
}

/** @throws ApiError 404 if it is gone */
export async function getDeployment(kube: Kube, { metadata }: RolledDeployment): Promise<RolledDeployment> {
  const { namespace, name } = metadata;
  return readRolledDeployment(
    await kube.request({ method: 'GET', path: resourcePath({ ...RESOURCES.deployments, namespace, name }) }),
  );
}

/** Omits false and 0, as the API server itself does. */
function withoutZeros({ paused, minReadySeconds, ...rest }: Partial<BrakeFields>): Record<string, unknown> {
  return {
    ...rest,
    ...(paused !== undefined && { paused: paused || null }),
    ...(minReadySeconds !== undefined && { minReadySeconds: minReadySeconds || null }),
  };
}
