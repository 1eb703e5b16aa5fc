import * as z from 'zod/mini';
import { ApiError, ConnectionError, type Kube } from '../../shared/kube/kube.ts';
import { type Pod, readStatefulSet, type StatefulSet } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { REVISION_LABEL } from '../../shared/rollout/observe.ts';
import type { Observation } from '../../shared/rollout/types.ts';
import { listNames } from '../../shared/sentences.ts';
import { UserError } from '../errors.ts';
import { type ControllerRevision, fetchRevisions } from './history.ts';
import { differences } from './template-diff.ts';

/** A change of the template that the rollout is to begin with. */
export type TemplateChange =
  | { kind: 'edit'; images: readonly ContainerImage[]; restart: boolean }
  /** Back to the newest revision but the update revision, or to the one of this number. */
  | { kind: 'undo'; toRevision: number | undefined };

export interface ContainerImage {
  /** `*` for every container, init containers among them, as kubectl set image has it. */
  container: string;
  image: string;
}

/** A template as the API server has it; everything we do not know is kept. */
const Template = z.looseObject({
  metadata: z.optional(z.looseObject({ annotations: z.nullish(z.record(z.string(), z.string())) })),
  spec: z.looseObject({
    containers: z.array(z.looseObject({ name: z.string() })),
    initContainers: z.nullish(z.array(z.looseObject({ name: z.string() }))),
  }),
});
type Template = z.infer<typeof Template>;

const WithTemplate = z.object({ spec: z.object({ template: Template }) });

/** A change that was worked out and not made yet. */
export interface PlannedChange {
  /** What will be another, a line each; empty when the template is like that already. */
  differences: readonly string[];
  /** The template that the differences were worked out from. */
  before: unknown;
  template: unknown;
  /** Name of the revision that it goes back to; undefined when it may be a new one. */
  revision: string | undefined;
}

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/**
 * Works out the new template from the workload as it is now.
 *
 * @param nowMs for the annotation by which kubectl marks a restart
 * @throws UserError for a container or revision that does not exist
 */
export async function planChange(
  kube: Kube,
  { metadata: { namespace, name } }: StatefulSet,
  change: TemplateChange,
  nowMs: number,
): Promise<PlannedChange> {
  const path = resourcePath({ ...RESOURCES.statefulsets, namespace, name });
  const object = await kube.request({ method: 'GET', path });
  const before = WithTemplate.parse(object).spec.template;
  if (change.kind === 'edit') {
    const template = edited(before, change, nowMs);
    return { differences: differences(before, template), before, template, revision: undefined };
  }
  const statefulSet = readStatefulSet(object);
  const revision = earlierRevision(await fetchRevisions(kube, statefulSet), statefulSet, change.toRevision);
  // ControllerRevisions of StatefulSets hold the template as a strategic merge patch whose directive says that it
  // replaces the template as a whole (kubernetes/pkg/controller/statefulset, getPatch).
  const { $patch: _, ...template } = revision.data.spec.template;
  return { differences: differences(before, template), before, template, revision: revision.metadata.name };
}

/**
 * Makes the change, if the template still is as it was when the change was worked out; with `dryRun` the API server
 * only says whether it would.
 *
 * @returns the workload with its new generation
 * @throws UserError when somebody else has changed it meanwhile, and when the answer got lost
 * @throws ApiError when it is refused
 */
export async function applyChange(
  kube: Kube,
  { metadata: { namespace, name } }: StatefulSet,
  { before, template }: PlannedChange,
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<StatefulSet> {
  const path = resourcePath({ ...RESOURCES.statefulsets, namespace, name });
  try {
    const answer = await kube.request({
      method: 'PATCH',
      patch: 'json',
      path,
      query: { dryRun: dryRun ? 'All' : undefined },
      body: [
        { op: 'test', path: '/spec/template', value: before },
        { op: 'replace', path: '/spec/template', value: template },
      ],
    });
    return readStatefulSet(answer);
  } catch (error) {
    if (error instanceof ConnectionError && !dryRun) {
      throw new UserError(
        `whether the template of statefulset/${name} was changed is not known: ${error.message}`,
        `look before you repeat it: kubectl zone rollout history sts/${name} -n ${namespace}`,
        error,
      );
    }
    if (!(error instanceof ApiError) || error.code !== 422) throw error;
    const now = WithTemplate.parse(await kube.request({ method: 'GET', path })).spec.template;
    if (differences(before, now).length === 0) throw error;
    throw new UserError(
      `the template of statefulset/${name} was changed by somebody else meanwhile; it was left as it is`,
      'run the command again to see the difference to what is there now',
      error,
    );
  }
}

/**
 * What would be seen once the change is made: pods of the revision that it goes back to are up to date, all others
 * stale. Which revision a new template gets is not known before.
 */
export function observeChanged(
  observation: Observation,
  pods: readonly Pod[],
  { revision }: PlannedChange,
): Observation {
  const updated = new Set(
    pods
      .filter(({ metadata }) => revision !== undefined && metadata.labels[REVISION_LABEL] === revision)
      .map(({ metadata }) => metadata.uid),
  );
  return {
    ...observation,
    updateRevision: revision ?? '',
    revisionObserved: true,
    pods: observation.pods.map((pod) => ({ ...pod, stale: !updated.has(pod.uid) })),
  };
}

function edited(
  before: Template,
  { images, restart }: Extract<TemplateChange, { kind: 'edit' }>,
  nowMs: number,
): Template {
  const wanted = new Map(images.map(({ container, image }) => [container, image]));
  const { containers, initContainers } = before.spec;
  const known = [...containers, ...(initContainers ?? [])].map(({ name }) => name);
  const strange = [...wanted.keys()].filter((each) => each !== '*' && !known.includes(each));
  if (strange.length > 0) {
    throw new UserError(
      `--image: there is no container ${listNames(strange)}`,
      `the containers are: ${known.join(', ')}`,
    );
  }
  const withImage = <C extends { name: string }>(container: C): C => {
    const image = wanted.get(container.name) ?? wanted.get('*');
    return image === undefined ? container : { ...container, image };
  };
  const annotations = { ...before.metadata?.annotations, [RESTARTED_AT]: new Date(nowMs).toISOString() };
  return {
    ...before,
    ...(restart && { metadata: { ...before.metadata, annotations } }),
    spec: {
      ...before.spec,
      containers: containers.map(withImage),
      ...(initContainers && { initContainers: initContainers.map(withImage) }),
    },
  };
}

function earlierRevision(
  revisions: readonly ControllerRevision[],
  { metadata, status }: StatefulSet,
  toRevision: number | undefined,
): ControllerRevision {
  const { namespace, name, generation } = metadata;
  if (toRevision === undefined && status.observedGeneration < generation) {
    throw new UserError(
      `which revision comes before the newest template of statefulset/${name} is not known: its controller has not seen that template yet`,
      'repeat the command in a moment, or name the revision with --to-revision',
    );
  }
  const found =
    toRevision === undefined
      ? revisions.findLast((each) => each.metadata.name !== status.updateRevision)
      : revisions.find(({ revision }) => revision === toRevision);
  if (found) return found;
  const numbers = revisions.map(({ revision }) => String(revision));
  throw new UserError(
    toRevision === undefined
      ? `statefulset/${name} has no earlier revision to go back to`
      : `statefulset/${name} has no revision ${toRevision}`,
    numbers.length > 0
      ? `the revisions are: ${numbers.join(', ')}; kubectl zone rollout history sts/${name} -n ${namespace} shows them`
      : undefined,
  );
}
