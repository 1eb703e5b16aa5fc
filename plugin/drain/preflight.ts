import * as z from 'zod/mini';
import { UserError } from '../../shared/errors.ts';
import { missingAccess, type NeededAccess } from '../../shared/kube/access.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { RESOURCES, type ResourceAddress } from '../../shared/kube/paths.ts';

/** The planned actions of a drain that determine the required access. */
export interface DrainNeeds {
  /** False for `--dry-run=client`, which only reads. */
  acts: boolean;
  /** Delete instead of evict. */
  disableEviction: boolean;
  /** Whether the CRD is installed, so that its objects can be read; see `hasZoneBudgets`. */
  zoneBudgets: boolean;
}

/**
 * Asks the API server whether all required access is allowed, in all namespaces, before anything is changed.
 *
 * @throws UserError that names each missing verb and resource
 */
export async function checkDrainAccess(kube: Kube, needs: DrainNeeds): Promise<void> {
  const missing = await missingAccess(kube, neededAccess(needs));
  if (missing.length === 0) return;
  throw new UserError(missing.map((each) => each.sentence).join('\n'), 'nothing was changed');
}

/** All access that a drain requires; manifests/rbac/drain.yaml grants it. */
export function neededAccess({ acts, disableEviction, zoneBudgets }: DrainNeeds): NeededAccess[] {
  const { nodes, pods, statefulsets, deployments, replicasets, daemonsets, leases } = RESOURCES;
  const { poddisruptionbudgets, zonedisruptionbudgets } = RESOURCES;
  const watched: ResourceAddress[] = [
    nodes,
    pods,
    statefulsets,
    deployments,
    replicasets,
    poddisruptionbudgets,
  ];
  if (zoneBudgets) watched.push(zonedisruptionbudgets);
  const needed = watched.flatMap((resource) => ['list', 'watch'].map((verb) => to(verb, resource)));
  needed.push(to('list', daemonsets));
  if (!acts) return needed;
  return [
    ...needed,
    to('patch', nodes),
    // A drain holds the Lease of each workload, like rollouts.
    ...['list', 'watch', 'create', 'patch', 'get'].map((verb) => to(verb, leases)),
    disableEviction ? to('delete', pods) : { ...to('create', pods), subresource: 'eviction' },
  ];
}

function to(verb: string, { group, resource }: ResourceAddress): NeededAccess {
  return { verb, group, resource };
}

const Resources = z.object({ resources: z._default(z.array(z.object({ name: z.string() })), []) });

/**
 * Whether the API server serves ZoneDisruptionBudgets. Every authenticated user may use discovery, while listing them
 * is forbidden to many whether they exist or not.
 */
export async function hasZoneBudgets(kube: Kube): Promise<boolean> {
  const { group, version, resource } = RESOURCES.zonedisruptionbudgets;
  try {
    const answer = await kube.request({ method: 'GET', path: `/apis/${group}/${version}` });
    return Resources.parse(answer).resources.some(({ name }) => name === resource);
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return false;
    throw error;
  }
}
