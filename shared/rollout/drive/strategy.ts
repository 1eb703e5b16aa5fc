import * as z from 'zod/mini';
import type { Kube } from '../../kube/kube.ts';
import type { AnnotationPatch } from '../../kube/lease-record.ts';
import { UpdateStrategySchema } from '../../kube/objects/workload.ts';
import { readStatefulSet, type StatefulSet } from '../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../kube/paths.ts';
import { parseJson } from '../../parse-json.ts';
import type { GateState } from '../decide/types.ts';
import type { WorkloadId } from '../decide/workload-id.ts';
import { ANNOTATION } from './annotations.ts';

/** The strategy under which the StatefulSet controller lets us choose the pods. */
export const ON_DELETE = 'OnDelete';

/**
 * Closed while the controller would replace pods itself, such as after the old manifest was applied again:
 * two drivers at once would disrupt two zones.
 */
export function strategyGate(sets: readonly StatefulSet[]): GateState {
  const other = sets.find(({ spec }) => spec.updateStrategy.type !== ON_DELETE);
  if (!other) return { name: 'the update strategy', state: 'open', reason: ON_DELETE };
  const subject = sets.length === 1 ? 'it' : `that of statefulset/${other.metadata.name}`;
  return {
    name: 'the update strategy',
    state: 'closed',
    reason: `${subject} was set to ${other.spec.updateStrategy.type}, so the controller replaces pods by itself; set ${ON_DELETE} to resume: ${patchCommand(other, { type: ON_DELETE })}`,
  };
}

/** The strategy to restore after the switch to OnDelete. */
export type UpdateStrategy = StatefulSet['spec']['updateStrategy'];

/** Without a type it was not written by us: the API's default must not be mistaken for the previous value. */
const Written = z.extend(UpdateStrategySchema, { type: z.string() });
const AllWritten = z.record(z.string().check(z.maxLength(253)), Written);

/** The annotations that record the strategies by name of the StatefulSet. */
export function noteStrategies(
  { kind }: Pick<WorkloadId, 'kind'>,
  strategies: ReadonlyMap<string, UpdateStrategy>,
): AnnotationPatch {
  const [only] = strategies.values();
  // A single one has the format of earlier releases.
  if (kind !== 'group') return { [ANNOTATION.strategyBefore]: only ? JSON.stringify(only) : null };
  const text = strategies.size > 0 ? JSON.stringify(Object.fromEntries(strategies)) : null;
  return { [ANNOTATION.strategiesBefore]: text };
}

/** The strategies that `noteStrategies` recorded; text that it did not write counts as none. */
export function readStrategies(
  { kind, name }: Pick<WorkloadId, 'kind' | 'name'>,
  annotations: Readonly<Record<string, string>>,
): ReadonlyMap<string, UpdateStrategy> {
  if (kind === 'group') {
    return new Map(
      Object.entries(parseJson(AllWritten, annotations[ANNOTATION.strategiesBefore] ?? '') ?? {}),
    );
  }
  const only = parseJson(Written, annotations[ANNOTATION.strategyBefore] ?? '');
  return new Map(only ? [[name, only]] : []);
}

/**
 * Sets the update strategy, if it is unchanged since it was read.
 *
 * @throws ApiError 422 if another client has changed it
 */
export async function setStrategy(
  kube: Kube,
  statefulSet: StatefulSet,
  strategy: UpdateStrategy,
): Promise<StatefulSet> {
  const { namespace, name } = statefulSet.metadata;
  const answer = await kube.request({
    method: 'PATCH',
    patch: 'json',
    path: resourcePath({ ...RESOURCES.statefulsets, namespace, name }),
    body: [
      { op: 'test', path: '/spec/updateStrategy/type', value: statefulSet.spec.updateStrategy.type },
      { op: 'replace', path: '/spec/updateStrategy', value: strategy },
    ],
  });
  return readStatefulSet(answer);
}

/** The kubectl command that sets a strategy, for the operator to copy. */
export function patchCommand(statefulSet: StatefulSet, strategy: UpdateStrategy): string {
  const { namespace, name } = statefulSet.metadata;
  const patch = JSON.stringify({ spec: { updateStrategy: patchOf(strategy) } });
  return `kubectl -n ${namespace} patch statefulset ${name} --type merge -p '${patch}'`;
}

/** OnDelete must not have rollingUpdate, which a merge patch removes with null. */
function patchOf(strategy: UpdateStrategy): { type: string; rollingUpdate: unknown } {
  return { type: strategy.type, rollingUpdate: strategy.rollingUpdate ?? null };
}

/**
 * Before Kubernetes 1.37 (#136833) the StatefulSet controller leaves status.currentRevision at the old
 * revision under OnDelete, which tools read as an update that never ends (kubernetes/kubernetes#73492). Once
 * every pod is updated, this writes the correct value, unless there is a newer template.
 */
export async function completeStatus(kube: Kube, statefulSet: StatefulSet): Promise<void> {
  const { namespace, name, generation } = statefulSet.metadata;
  const { updateRevision, currentRevision, updatedReplicas } = statefulSet.status;
  if (currentRevision === updateRevision) return;
  await kube.request({
    method: 'PATCH',
    patch: 'json',
    path: resourcePath({ ...RESOURCES.statefulsets, namespace, name, subresource: 'status' }),
    body: [
      { op: 'test', path: '/metadata/generation', value: generation },
      { op: 'test', path: '/status/updateRevision', value: updateRevision },
      { op: 'add', path: '/status/currentRevision', value: updateRevision },
      { op: 'add', path: '/status/currentReplicas', value: updatedReplicas },
    ],
  });
}
