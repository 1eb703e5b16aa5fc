import { UserError } from '../../shared/errors.ts';
import type { ConnectOptions } from '../../shared/kube/connect.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import {
  type Pod,
  type PodDisruptionBudget,
  readPod,
  readPodDisruptionBudget,
} from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeDocument, writeLines } from '../cli/output.ts';
import { printData } from '../cli/print-data.ts';
import { readEnforcement } from './enforcement.ts';
import { unreadable } from './errors.ts';
import { explainEviction } from './explain.ts';
import { explanationLines } from './explanation-lines.ts';
import { fetchState } from './fetch.ts';

/** The flags of `kubectl zone budget explain`. */
export interface ExplainRequest {
  pod: string;
  output: 'json' | 'yaml' | undefined;
  connection: ConnectOptions;
}

/**
 * Explains whether an eviction of the pod would be admitted now. Does not use the eviction API.
 *
 * @returns 0 if it would be admitted and no budget denies it, else 1, like `kubectl auth can-i`
 */
export async function explainPod(request: ExplainRequest, context: Context): Promise<ExitCode> {
  const kube = await context.connect(request.connection);
  try {
    const { namespace } = kube;
    const state = await fetchState(kube, { namespace }, context.clock);
    const [pod, podDisruptionBudgets, enforcement] = await Promise.all([
      fetchPod(kube, request.pod),
      fetchPodBudgets(kube),
      readEnforcement(kube, namespace),
    ]);
    const nowMs = kube.serverNowMs();
    const explanation = explainEviction({ pod, state, podDisruptionBudgets, enforcement }, nowMs);
    if (request.output) writeDocument(context.stdout, await printData(explanation, request.output));
    else writeLines(context.stdout, explanationLines(explanation));
    return explanation.verdict === 'admitted' ? EXIT.done : EXIT.failed;
  } finally {
    await kube.close();
  }
}

/** The pod, from a consistent read like the webhook's. */
async function fetchPod(kube: Kube, name: string): Promise<Pod> {
  const { namespace } = kube;
  try {
    const path = resourcePath({ ...RESOURCES.pods, namespace, name });
    return readPod(await kube.request({ method: 'GET', path }));
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
    throw new UserError(
      `pods "${name}" not found in namespace "${namespace}"`,
      'list them with kubectl get pods, or choose another namespace with -n',
      error,
    );
  }
}

async function fetchPodBudgets(kube: Kube): Promise<PodDisruptionBudget[]> {
  const { namespace } = kube;
  const address = RESOURCES.poddisruptionbudgets;
  try {
    const { items } = await listAll(kube, { path: resourcePath({ ...address, namespace }) });
    return items.map(readPodDisruptionBudget);
  } catch (error) {
    throw unreadable(error, address.resource, namespace);
  }
}
