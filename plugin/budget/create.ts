import * as z from 'zod/mini';
import { coverage } from '../../shared/budget/decide/budget.ts';
import { readBudget, sortBudgets } from '../../shared/budget/decide/read-budget.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import type { Workload } from '../../shared/budget/decide/workload.ts';
import { UserError } from '../../shared/errors.ts';
import type { ConnectOptions } from '../../shared/kube/connect.ts';
import { getOrExplain } from '../../shared/kube/get-or-explain.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { compareText } from '../../shared/kube/zones.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeDocument, writeLine, writeLines } from '../cli/output.ts';
import { printObject } from '../cli/print-data.ts';
import { readEnforcement } from './enforcement.ts';
import { crdMissing } from './errors.ts';
import type { WorkloadTarget } from './target.ts';
import type { SelectingWorkload } from './workload.ts';

/** The flags of `kubectl zone budget create`. */
export interface CreateRequest {
  name: string;
  target: WorkloadTarget;
  /** As in the manifest: a number, or a percentage in a string. */
  maxUnavailable: number | string;
  unhealthyPodEvictionPolicy: string | undefined;
  /** The budget only warns. */
  warnOnly: boolean;
  dryRun: 'client' | 'server' | undefined;
  output: 'json' | 'yaml' | 'name' | undefined;
  connection: ConnectOptions;
}

/** Creates a budget for the pods of a workload, and warns if it would not be effective. */
export async function createBudget(request: CreateRequest, context: Context): Promise<ExitCode> {
  const { stdout, stderr } = context;
  const kube = await context.connect(request.connection);
  try {
    const { namespace } = kube;
    const workload = await fetchWorkload(kube, request.target);
    const manifest = budgetManifest(request, workload);
    let shown: object = manifest;
    if (request.dryRun !== 'client') {
      for (const unread of await refuseOverlap(kube, request.name, workload)) {
        writeLine(stderr, `warning: the budget ${unread} cannot be read, and may cover the same pods`);
      }
      shown = await post(kube, manifest, request);
      const enforcement = await readEnforcement(kube, namespace);
      if (enforcement.kind === 'not-enforced') {
        writeLines(stderr, [
          `warning: nothing enforces this budget: ${enforcement.reason}`,
          `  ${enforcement.fix}`,
        ]);
      }
    }
    const done = { client: ' (dry run)', server: ' (server dry run)', none: '' }[request.dryRun ?? 'none'];
    writeDocument(stdout, await printObject(shown, request.name, request.output, `created${done}`));
    return EXIT.done;
  } finally {
    await kube.close();
  }
}

/** The manifest of a budget for the pods of a workload. */
export function budgetManifest(
  request: Pick<CreateRequest, 'name' | 'maxUnavailable' | 'unhealthyPodEvictionPolicy' | 'warnOnly'>,
  { namespace, selector }: SelectingWorkload,
) {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return {
    apiVersion: 'zonecontrol.k8s.aws/v1',
    kind: 'ZoneDisruptionBudget',
    metadata: { name: request.name, namespace },
    spec: {
      selector: {
        ...(Object.keys(matchLabels).length > 0 && { matchLabels }),
        ...(matchExpressions.length > 0 && {
          matchExpressions: matchExpressions.map(({ key, operator, values = [] }) => ({
            key,
            operator,
            ...(values.length > 0 && { values }),
          })),
        }),
      },
      maxUnavailable: request.maxUnavailable,
      ...(request.unhealthyPodEvictionPolicy !== undefined && {
        unhealthyPodEvictionPolicy: request.unhealthyPodEvictionPolicy,
      }),
      ...(request.warnOnly && { dryRun: true }),
    },
  };
}

async function fetchWorkload(kube: Kube, { address, read }: WorkloadTarget): Promise<SelectingWorkload> {
  const here = { ...address, namespace: kube.namespace };
  return read(await getOrExplain(kube, here, `${address.resource}.apps`));
}

/**
 * Two budgets on one pod deny every eviction, as two PodDisruptionBudgets do.
 *
 * @returns names of budgets that cannot be read
 */
async function refuseOverlap(kube: Kube, name: string, workload: SelectingWorkload): Promise<string[]> {
  const { namespace } = kube;
  const path = resourcePath({ ...RESOURCES.zonedisruptionbudgets, namespace });
  const { items } = await listAll(kube, { path }).catch((error: unknown) => {
    throw error instanceof ApiError && error.code === 404 ? crdMissing(error) : error;
  });
  const { budgets, malformed } = sortBudgets(items.map(readBudget));
  const others = overlapping(budgets, workload).filter((each) => each !== name);
  if (others.length === 0) return malformed.map((each) => each.name);
  throw new UserError(
    `the pods of ${workload.name} already have a ZoneDisruptionBudget: ${others.join(', ')}; with two, no pod could be evicted`,
    `change it instead: kubectl edit zdb ${others[0]} -n ${namespace}`,
  );
}

/** Creates the budget and returns the created object. */
async function post(kube: Kube, manifest: object, request: CreateRequest): Promise<object> {
  const { namespace } = kube;
  try {
    const created = await kube.request({
      method: 'POST',
      path: resourcePath({ ...RESOURCES.zonedisruptionbudgets, namespace }),
      query: {
        fieldManager: 'kubectl-zone',
        fieldValidation: 'Strict',
        dryRun: request.dryRun === 'server' ? 'All' : undefined,
      },
      body: manifest,
    });
    return withoutManagedFields(Created.parse(created));
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 409) throw error;
    throw new UserError(
      `zonedisruptionbudgets.zonecontrol.k8s.aws "${request.name}" already exists in namespace "${namespace}"`,
      `change it: kubectl edit zdb ${request.name} -n ${namespace}`,
      error,
    );
  }
}

const Created = z.looseObject({ metadata: z.looseObject({}) });

/** Internal fields, which kubectl hides as well. */
function withoutManagedFields({ metadata, ...rest }: z.infer<typeof Created>): object {
  return { ...rest, metadata: { ...metadata, managedFields: undefined } };
}

/** Names of the budgets of a workload's namespace that cover the pods it makes, sorted. */
export function overlapping(budgets: readonly ZoneDisruptionBudget[], workload: Workload): string[] {
  return budgets
    .filter(({ spec }) => coverage(spec, workload.templateLabels) !== 'not-covered')
    .map(({ metadata }) => metadata.name)
    .sort(compareText);
}
