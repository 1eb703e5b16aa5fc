import { readZoneDisruptionBudget } from '../../shared/budget/decide/budget.ts';
import { type ReadBudget, readBudget } from '../../shared/budget/decide/read-budget.ts';
import { encodeStatus } from '../../shared/budget/decide/status.ts';
import type { BudgetStatus, ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';

/**
 * Writes a status by compare-and-swap on the budget's resourceVersion; the server keeps the spec.
 *
 * @returns the stored budget, or undefined after a conflict
 * @throws ApiError, ConnectionError: it is unknown whether the write succeeded
 * @throws PrunedStatusError if a part of it was not stored
 */
export async function writeStatus(
  kube: Kube,
  budget: ZoneDisruptionBudget,
  status: BudgetStatus,
  timeoutMs: number,
): Promise<ZoneDisruptionBudget | undefined> {
  const { name, namespace, uid, resourceVersion } = budget.metadata;
  try {
    const answer = await kube.request({
      method: 'PUT',
      path: resourcePath({ ...RESOURCES.zonedisruptionbudgets, namespace, name, subresource: 'status' }),
      body: {
        apiVersion: 'zonecontrol.k8s.aws/v1',
        kind: 'ZoneDisruptionBudget',
        metadata: { name, namespace, uid, resourceVersion },
        status: encodeStatus(budget.spec, status),
      },
      timeoutMs,
      retry: 'never',
    });
    const stored = readZoneDisruptionBudget(answer);
    if (!isKept(status, stored.status)) throw new PrunedStatusError(stored);
    return stored;
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}

/** The API server stores only fields that the CustomResourceDefinition declares. */
export class PrunedStatusError extends Error {
  override readonly name = 'PrunedStatusError';
  /** What was stored instead. */
  readonly stored: ZoneDisruptionBudget;

  constructor(stored: ZoneDisruptionBudget) {
    super(
      'the CustomResourceDefinition zonedisruptionbudgets.zonecontrol.k8s.aws is older than the webhook: ' +
        'apply manifests/crds/zonedisruptionbudgets.yaml of its release',
    );
    this.stored = stored;
  }
}

/** Whether the fields that the ledger needs were stored; the others are informational. */
function isKept(sent: BudgetStatus, stored: BudgetStatus): boolean {
  const keys = ({ reservations }: BudgetStatus) =>
    reservations.map(({ uid, resourceVersion, revision }) => `${uid} ${resourceVersion} ${revision}`).join();
  return (
    stored.protocol === sent.protocol &&
    stored.identity === sent.identity &&
    stored.revision === sent.revision &&
    stored.versions.pods === sent.versions.pods &&
    stored.lastZones.size === sent.lastZones.size &&
    keys(stored) === keys(sent)
  );
}

/** A consistent read of one budget; undefined if it does not exist. */
export async function fetchBudget(
  kube: Kube,
  at: { namespace: string; name: string },
  timeoutMs: number,
): Promise<ZoneDisruptionBudget | undefined> {
  try {
    const path = resourcePath({ ...RESOURCES.zonedisruptionbudgets, ...at });
    return readZoneDisruptionBudget(await kube.request({ method: 'GET', path, timeoutMs }));
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** A consistent list of the budgets of a namespace. */
export async function listBudgets(
  kube: Kube,
  namespace: string,
  timeoutMs: number,
): Promise<{ budgets: ReadBudget[]; resourceVersion: string }> {
  const path = resourcePath({ ...RESOURCES.zonedisruptionbudgets, namespace });
  const { items, resourceVersion } = await listAll(kube, { path, timeoutMs });
  return { budgets: items.map(readBudget), resourceVersion };
}

/** 404: the budget was deleted; reading it again confirms that. 409 also for a recreated budget. */
function isConflict(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 409 || error.code === 404);
}
